"""How many tasks a person and a workspace may create in a minute."""

from uuid import UUID

from django.conf import settings

from core.actor import Actor
from core.limits import Limit, take_both

MINUTE = 60


def count_new_tasks(*, actor: Actor, workspace_id: UUID, tasks: int = 1) -> None:
    """Count them before they are created; TooManyRequests above a limit, also if they then fail.

    What follows a repeating task that is done does not count: it takes the place of another task.
    """
    own = Limit("tasks a person creates", settings.TASKS_PER_MINUTE, MINUTE)
    common = Limit("tasks created in a workspace", settings.WORKSPACE_TASKS_PER_MINUTE, MINUTE)
    take_both(own, str(actor.person_id), common, str(workspace_id), times=tasks)
