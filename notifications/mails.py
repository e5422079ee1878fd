"""The mails of this app, composed from fresh rows when they leave."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from accounts.models import User
from notifications.markdown import as_html
from notifications.services import queue_due_reminders
from notifications.services.due_dates import due_in_words
from notifications.services.recheck import (
    REMINDERS,
    HandedOver,
    Recheck,
    recheck_handover,
    recheck_task,
)
from outbox.mail.text import plain, plain_lines
from outbox.models import Delivery
from outbox.periodic import scan
from outbox.registry import Mail, Skip, carries
from projects.models import Project
from tasks.models import Task
from workspaces.services.mail_allowance import has_opened

scan(every=5)(queue_due_reminders)


@carries("task_assigned")
def assignment_mail(delivery: Delivery) -> Mail | Skip:
    found = recheck_task(delivery)
    if isinstance(found, Skip):
        return found
    giver = User.objects.filter(pk=delivery.payload["actor"]).first()
    return _written("task_assigned", found, giver=giver.name if giver else "")


@carries("task_due")
def reminder_mail(delivery: Delivery) -> Mail | Skip:
    found = recheck_task(delivery, *REMINDERS)
    return found if isinstance(found, Skip) else _written("task_due", found)


@carries("tasks_handed_over")
def handover_mail(delivery: Delivery) -> Mail | Skip:
    found = recheck_handover(delivery)
    return found if isinstance(found, Skip) else _list_of(found)


def link_to_project(project: Project) -> str:
    """The project's page in the front end; built from settings like `link_to`."""
    return settings.PROJECT_URL_TEMPLATE.format(
        frontend=settings.FRONTEND_URL,
        workspace=project.workspace.public_id,
        project=project.pk,
    )


def link_to(task: Task) -> str:
    """The task's page in the front end; built from settings, never from what a request said."""
    return settings.TASK_URL_TEMPLATE.format(
        frontend=settings.FRONTEND_URL,
        workspace=task.project.workspace.public_id,
        project=task.project_id,
        task=task.pk,
    )


def _list_of(found: HandedOver) -> Mail:
    """`more` counts the tasks that were taken over and are not listed."""
    project, recipient = found.project, found.recipient
    context = {
        "person": plain(found.person.name) if found.person else "",
        "project": plain(project.name),
        "workspace": plain(project.workspace.name),
        "count": found.count,
        "more": found.count - len(found.tasks),
        "tasks": [
            {
                "key": plain(f"{project.key}-{task.number}"),
                "title": plain(task.title),
                "due": due_in_words(task, recipient),
                "link": link_to(task),
            }
            for task in found.tasks
        ],
        "link": link_to_project(project),
    }
    return _rendered("tasks_handed_over", recipient, context)


def _written(kind: str, at: Recheck, giver: str = "") -> Mail:
    # A description may hold links, but not for somebody who never came to the workspace.
    has_links = has_opened(at.recipient.pk, at.task.workspace_id)
    description = at.task.description if has_links else plain_lines(at.task.description)
    context = {
        "giver": plain(giver),
        "title": plain(at.task.title),
        "key": plain(f"{at.project.key}-{at.task.number}"),
        "project": plain(at.project.name),
        "workspace": plain(at.project.workspace.name),
        "description": description,
        "description_html": as_html(description, has_links=has_links),
        "due": due_in_words(at.task, at.recipient),
        "link": link_to(at.task),
    }
    return _rendered(kind, at.recipient, context)


def _rendered(kind: str, recipient: User, context: dict[str, Any]) -> Mail:
    subject, text, html = (
        render_to_string(f"notifications/email/{kind}.{part}", context)
        for part in ("subject.txt", "txt", "html")
    )
    return Mail(to=recipient.email, subject=subject, text=f"{text.strip()}\n", html=html)
