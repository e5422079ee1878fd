"""Composers of the mails of this app; they read the rows when the mail is sent."""

from functools import partial
from typing import Any

from django.conf import settings

from accounts.models import User
from core.markdown import as_mail_html
from notifications.services import queue_due_reminders
from notifications.services.collecting import (
    MORE,
    ONE,
    SEVERAL,
    collect,
    tasks_collected_by,
    tasks_in,
)
from notifications.services.due_dates import due_in_words
from notifications.services.recheck import (
    REMINDERS,
    Assigned,
    HandedOver,
    Recheck,
    recheck_assigned,
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
from workspaces.models import Workspace
from workspaces.services.mail_allowance import has_opened

LISTED = 100
"""How many assigned tasks a mail lists at most."""

scan(every=5)(queue_due_reminders)


@composes(ONE, channel=EMAIL)
def assignment_mail(delivery: Delivery) -> MailDraft | Skip:
    found = recheck_task(delivery)
    if isinstance(found, Skip):
        return found
    return collect(delivery) or _about_task(ONE, found, giver=_giver_of(delivery))


@composes(SEVERAL, channel=EMAIL)
def assignments_mail(delivery: Delivery) -> MailDraft | Skip:
    found = recheck_assigned(delivery, tasks_in(delivery.payload), most=LISTED)
    if isinstance(found, Skip):
        return found
    return collect(delivery) or _about_tasks(found, giver=_giver_of(delivery))


@composes(MORE, channel=EMAIL)
def more_assignments_mail(delivery: Delivery) -> MailDraft | Skip:
    found = recheck_assigned(delivery, tasks_collected_by(delivery), most=LISTED)
    return found if isinstance(found, Skip) else _about_tasks(found, is_more=True)


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


def link_to_workspace(workspace: Workspace) -> str:
    """The workspace's page in the front end, built from settings, never from request headers."""
    return settings.WORKSPACE_URL_TEMPLATE.format(
        frontend=settings.FRONTEND_URL, workspace=workspace.public_id
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
        "tasks": [_entry(task, recipient) for task in found.tasks],
        "link": link_to_project(project),
    }
    return _draft("tasks_handed_over", recipient, context)


def _about_tasks(found: Assigned, *, giver: str = "", is_more: bool = False) -> MailDraft:
    """The mail about several tasks, perhaps of several projects; `more` are not listed."""
    projects = {task.project for task in found.tasks}
    first = found.tasks[0].project
    is_one_project = len(projects) == 1 and found.count == len(found.tasks)
    context = {
        "giver": plain(giver),
        "workspace": plain(first.workspace.name),
        "count": found.count,
        "is_more": is_more,
        "more": found.count - len(found.tasks),
        "tasks": [_entry(task, found.recipient) for task in found.tasks],
        "place": "Project" if is_one_project else "Workspace",
        "link": link_to_project(first) if is_one_project else link_to_workspace(first.workspace),
    }
    return _draft("tasks_assigned", found.recipient, context)


def _entry(task: Task, recipient: User) -> dict[str, str]:
    """A task in a list; its project was selected with it."""
    return {
        "key": plain(task.spoken_key),
        "title": plain(task.title),
        "due": due_in_words(task, recipient),
        "link": link_to(task),
    }


def _giver_of(delivery: Delivery) -> str:
    giver = User.objects.filter(pk=delivery.payload["actor"]).first()
    return giver.name if giver else ""


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
