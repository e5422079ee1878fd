"""By which channels planned reminders would be told, as things are now."""

from uuid import UUID

from notifications.models import Reminder
from notifications.services.channels import channels_for
from notifications.services.due_reminders import muted_among, notification_of
from tasks.models import Task

INBOX, MAIL = "INBOX", "MAIL"


def named(*, inbox: bool, mail: bool) -> list[str]:
    """The names of the channels."""
    return [INBOX] * inbox + [MAIL] * mail


def planned_channels(task: Task) -> dict[UUID, list[str]]:
    """The channels of the planned reminders of a task, by their id; none if it is muted."""
    planned = list(Reminder.objects.planned().filter(task=task))
    muted = muted_among(planned)
    told = channels_for([notification_of(row, task.project_id) for row in planned])
    return {
        row.pk: []
        if (row.task_id, row.recipient_id) in muted
        else named(inbox=channels.inbox, mail=channels.mail)
        for row, channels in zip(planned, told, strict=True)
    }
