"""Composers of the mails of this app; they read the rows when the mail is sent."""

from functools import partial
from typing import Any

from django.conf import settings

from accounts.models import User
from core.markdown import as_mail_html
from notifications.services import queue_due_reminders
from notifications.services.due_dates import due_in_words
from notifications.services.recheck import (
    REMINDERS,
    HandedOver,
    Recheck,
    recheck_handover,
    recheck_task,
)
from outbox.mail import EMAIL
from outbox.mail.drafts import MailDraft
from outbox.mail.text import plain, plain_lines
from outbox.models import Delivery
from outbox.periodic import scan
from outbox.registry import Skip, composes
from projects.models import Project
from tasks.models import Task
from workspaces.services.mail_allowance import has_opened

scan(every=5)(queue_due_reminders)


@composes("task_assigned", channel=EMAIL)
def assignment_mail(delivery: Delivery) -> MailDraft | Skip:
    found = recheck_task(delivery)
    if isinstance(found, Skip):
        return found
    giver = User.objects.filter(pk=delivery.payload["actor"]).first()
    return _about_task("task_assigned", found, giver=giver.name if giver else "")


@composes("task_due", channel=EMAIL)
def reminder_mail(delivery: Delivery) -> MailDraft | Skip:
    found = recheck_task(delivery, *REMINDERS)
    return found if isinstance(found, Skip) else _about_task("task_due", found)


@composes("tasks_handed_over", channel=EMAIL)
def handover_mail(delivery: Delivery) -> MailDraft | Skip:
    found = recheck_handover(delivery)
    return found if isinstance(found, Skip) else _about_handover(found)


def link_to_project(project: Project) -> str:
    """The project's page in the front end, built from settings, never from request headers."""
    return settings.PROJECT_URL_TEMPLATE.format(
        frontend=settings.FRONTEND_URL,
        workspace=project.workspace.public_id,
        project=project.pk,
    )


def link_to(task: Task) -> str:
    """The task's page in the front end, built from settings, never from request headers."""
    return settings.TASK_URL_TEMPLATE.format(
        frontend=settings.FRONTEND_URL,
        workspace=task.project.workspace.public_id,
        project=task.project_id,
        task=task.pk,
    )


def _about_handover(found: HandedOver) -> MailDraft:
    """The mail about a handover; `more` is the number of tasks that are not listed."""
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
    return _draft("tasks_handed_over", recipient, context)


def _about_task(kind: str, at: Recheck, giver: str = "") -> MailDraft:
    # Links in descriptions only reach people who have opened the workspace, against spam.
    has_links = has_opened(at.recipient.pk, at.task.workspace_id)
    description = at.task.description if has_links else plain_lines(at.task.description)
    context = {
        "giver": plain(giver),
        "title": plain(at.task.title),
        "key": plain(f"{at.project.key}-{at.task.number}"),
        "project": plain(at.project.name),
        "workspace": plain(at.project.workspace.name),
        "description": description,
        "description_html": partial(as_mail_html, description, has_links=has_links),
        "due": due_in_words(at.task, at.recipient),
        "link": link_to(at.task),
    }
    return _draft(kind, at.recipient, context)


def _draft(kind: str, recipient: User, context: dict[str, Any]) -> MailDraft:
    return MailDraft(to=recipient.email, template=f"notifications/email/{kind}", context=context)
