"""What the tests of mails about news share: somebody is told, and time passes."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import User
from core.models import uuid7
from core.queries import insert
from notifications.models import MailBatch, MailSchedule, Notification, NotificationKind
from notifications.services.mail_plans import plan_mails
from outbox.models import Delivery, State
from tasks.models import Task

MOVED = {"old": "To do", "new": "Done"}


def news(person: User, task: Task, kind: str = "STATUS_CHANGED", **more: Any) -> Notification:
    """What the person is to be told of the task."""
    return Notification(
        recipient=person,
        kind=NotificationKind(kind),
        key=str(uuid7()),
        workspace_id=task.workspace_id,
        project_id=task.project_id,
        task=task,
        **{"facts": MOVED, **more},
    )


def tell_by_mail(*told: Notification) -> list[Notification]:
    """Tell them by mail, whatever is their preference for the inbox."""
    with transaction.atomic():
        plan_mails(told)
        insert(*told)
    return list(told)


def tell(person: User, *tasks: Task, **more: Any) -> list[Notification]:
    return tell_by_mail(*(news(person, task, **more) for task in tasks))


def pass_time(**span: float) -> None:
    """Let so much time pass for all that is planned."""
    ago = timedelta(**span)
    Delivery.objects.filter(state=State.PENDING).update(next_at=F("next_at") - ago)
    MailBatch.objects.update(goes_at=F("goes_at") - ago)


def schedule(person: User, **values: Any) -> None:
    MailSchedule.objects.update_or_create(person=person, defaults=values)
