"""The mails of this app, composed from fresh rows when they leave."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from accounts.models import User
from notifications.moments import due_in_words
from notifications.present import REMINDERS, Scene, look_again
from notifications.prose import as_html
from notifications.services import queue_due_reminders
from outbox.channels import Mail, Skip, carries
from outbox.models import Delivery
from outbox.scans import scan
from tasks.models import Task

scan(every=5)(queue_due_reminders)


@carries("task_assigned")
def assignment_mail(delivery: Delivery) -> Mail | Skip:
    scene = look_again(delivery)
    if isinstance(scene, Skip):
        return scene
    giver = User.objects.filter(pk=delivery.payload["actor"]).first()
    return _written("task_assigned", scene, giver=giver)


@carries("task_due")
def reminder_mail(delivery: Delivery) -> Mail | Skip:
    scene = look_again(delivery, *REMINDERS)
    return scene if isinstance(scene, Skip) else _written("task_due", scene)


def link_to(task: Task) -> str:
    """The task's page in the front end; built from settings, never from what a request said."""
    return settings.TASK_URL_TEMPLATE.format(
        frontend=settings.FRONTEND_URL,
        workspace=task.project.workspace.public_id,
        project=task.project_id,
        task=task.pk,
    )


def _written(kind: str, at: Scene, **more: Any) -> Mail:
    context = {
        "recipient": at.recipient,
        "task": at.task,
        "key": f"{at.project.key}-{at.task.number}",
        "project": at.project,
        "workspace": at.project.workspace,
        "description": as_html(at.task.description),
        "due": due_in_words(at.task, at.recipient),
        "link": link_to(at.task),
        **more,
    }
    subject, text, html = (
        render_to_string(f"notifications/email/{kind}.{part}", context)
        for part in ("subject.txt", "txt", "html")
    )
    return Mail(to=at.recipient.email, subject=subject, text=f"{text.strip()}\n", html=html)
