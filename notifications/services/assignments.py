"""Telling people what has been given to them."""

from accounts.models import User
from outbox.services import enqueue
from tasks.models import Task


def tell_assignee(*, actor: User | None, task: Task) -> None:
    """Mail the person the task was given to, unless they took it themselves."""
    recipient, by = task.assignee_id, actor.pk if actor else None
    if recipient is None or recipient == by:
        return
    enqueue(
        kind="task_assigned",
        recipient_id=recipient,
        # The version tells a second assignment to the same person from a repeated event.
        dedupe_key=f"task.assigned:{task.pk}:{task.version}:{recipient}:email",
        payload={"task": str(task.pk), "actor": str(by) if by else None},
        workspace_id=task.workspace_id,
    )
