"""Composers of the mails of this app; they read the rows when the mail is sent."""

from django.conf import settings

from accounts.models import User
from core.markdown import with_names
from notifications import letters
from notifications.services import queue_due_reminders
from notifications.services.collecting import (
    MORE,
    ONE,
    SEVERAL,
    collect,
    tasks_collected_by,
    tasks_in,
)
from notifications.services.due_dates import due_in_days, due_in_words
from notifications.services.due_reminders import OVERDUE, SOON, TODAY, has_more_due
from notifications.services.inbox import wake_snoozed
from notifications.services.mail_footers import with_unsubscribe_link
from notifications.services.mail_plans import DIGEST, NEWS
from notifications.services.news import News, Topic, recheck_news
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
from outbox.mail.headers import in_thread, of_list
from outbox.mail.letters import Entry, Letter
from outbox.mail.text import plain, plain_lines
from outbox.models import Delivery
from outbox.periodic import scan
from outbox.registry import Skip, composes, reviews
from projects.models import Project
from tasks.models import Task
from workspaces.models import Workspace
from workspaces.services.mail_allowance import has_opened

LISTED = 100
"""How many assigned tasks, or things that are new, a mail lists at most."""
LONGEST_EXCERPT = 600
"""Characters of a comment in a mail."""


@scan(every=5, of="notifications.queue_due_reminders")
def tell_of_due_tasks() -> bool:
    """Whether more may be due, of which the relay tells in its next turn."""
    return has_more_due(queue_due_reminders())


scan(every=15)(wake_snoozed)
reviews(channel=EMAIL)(with_unsubscribe_link)


@composes(ONE, channel=EMAIL)
def assignment_mail(delivery: Delivery) -> MailDraft | Skip:
    found = recheck_task(delivery)
    if isinstance(found, Skip):
        return found
    if collected := collect(delivery):
        return collected
    letter = letters.task_assigned(_about_task(found), giver=plain(_giver_of(delivery)))
    return _draft_about(found, letter)


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


@composes(SOON, channel=EMAIL, can_wait=True)
@composes(TODAY, channel=EMAIL, can_wait=True)
@composes(OVERDUE, channel=EMAIL, can_wait=True)
def reminder_mail(delivery: Delivery) -> MailDraft | Skip:
    found = recheck_task(delivery, *REMINDERS)
    if isinstance(found, Skip):
        return found
    task = _about_task(found)
    if delivery.kind == SOON:
        when = due_in_days(found.task, found.recipient, found.now)
        return _draft_about(found, letters.task_due_soon(task, when=when))
    letter = letters.task_overdue if delivery.kind == OVERDUE else letters.task_due
    return _draft_about(found, letter(task))


@composes("tasks_handed_over", channel=EMAIL)
def handover_mail(delivery: Delivery) -> MailDraft | Skip:
    found = recheck_handover(delivery)
    return found if isinstance(found, Skip) else _about_handover(found)


@composes(DIGEST, channel=EMAIL, can_wait=True)
@composes(NEWS, channel=EMAIL, can_wait=True)
def news_mail(delivery: Delivery) -> MailDraft | Skip:
    found = recheck_news(delivery, most=LISTED)
    return found if isinstance(found, Skip) else _about_news(delivery.kind, found)


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
    project = found.project
    letter = letters.tasks_handed_over(
        letters.AboutTasks(
            workspace=plain(project.workspace.name),
            entries=[_entry(task, found.recipient) for task in found.tasks],
            count=found.count,
            place="Project",
            link=link_to_project(project),
        ),
        project=plain(project.name),
        person=plain(found.person.name) if found.person else "",
    )
    return _draft(found.recipient, letter, project.workspace)


def _about_tasks(found: Assigned, *, giver: str = "", is_more: bool = False) -> MailDraft:
    """The mail about several tasks, perhaps of several projects."""
    projects = {task.project for task in found.tasks}
    first = found.tasks[0].project
    is_one_project = len(projects) == 1 and found.count == len(found.tasks)
    tasks = letters.AboutTasks(
        workspace=plain(first.workspace.name),
        entries=[_entry(task, found.recipient) for task in found.tasks],
        count=found.count,
        place="Project" if is_one_project else "Workspace",
        link=link_to_project(first) if is_one_project else link_to_workspace(first.workspace),
    )
    letter = letters.tasks_assigned(tasks, giver=plain(giver), is_more=is_more)
    return _draft(found.recipient, letter, first.workspace)


def _about_news(kind: str, found: News) -> MailDraft:
    topics = [_topic(topic, found.workspace) for topic in found.topics]
    listed = sum(len(topic.entries) for topic in found.topics)
    letter = letters.news(
        topics,
        workspace=plain(found.workspace.name),
        link=link_to_workspace(found.workspace),
        more=found.count - listed,
        is_digest=kind == DIGEST,
    )
    tasks = {topic.task.pk for topic in found.topics if topic.task}
    thread = in_thread(f"task-{tasks.pop()}") if kind == NEWS and tasks else {}
    return _draft(found.recipient, letter, found.workspace, **thread)


def _topic(topic: Topic, workspace: Workspace) -> letters.Topic:
    told = [(plain(each.sentence), _excerpt(each.comment)) for each in topic.entries]
    if task := topic.task:
        title, key = plain(task.title), plain(task.spoken_key)
        return letters.Topic(title=title, told=told, place="Task", link=link_to(task), key=key)
    if project := topic.project:
        name, link = plain(project.name), link_to_project(project)
        return letters.Topic(title=name, told=told, place="Project", link=link)
    name, link = plain(workspace.name), link_to_workspace(workspace)
    return letters.Topic(title=name, told=told, place="Workspace", link=link)


def _excerpt(text: str) -> str:
    text = with_names(text)
    short = f"{text[:LONGEST_EXCERPT]}…" if len(text) > LONGEST_EXCERPT else text
    return plain_lines(short)


def _entry(task: Task, recipient: User) -> Entry:
    """A task in a list; its project was selected with it."""
    due = due_in_words(task, recipient)
    return Entry(
        key=plain(task.spoken_key),
        title=plain(task.title),
        link=link_to(task),
        note=f"Due: {due}" if due else "",
    )


def _giver_of(delivery: Delivery) -> str:
    giver = User.objects.filter(pk=delivery.payload["actor"]).first()
    return giver.name if giver else ""


def _about_task(at: Recheck) -> letters.AboutTask:
    # Links in descriptions only reach people who have opened the workspace, against spam.
    has_links = has_opened(at.recipient.pk, at.task.workspace_id)
    return letters.AboutTask(
        key=plain(f"{at.project.key}-{at.task.number}"),
        title=plain(at.task.title),
        project=plain(at.project.name),
        workspace=plain(at.project.workspace.name),
        link=link_to(at.task),
        due=due_in_words(at.task, at.recipient),
        description=at.task.description if has_links else plain_lines(at.task.description),
        has_links=has_links,
    )


def _draft_about(at: Recheck, letter: Letter) -> MailDraft:
    """Mails about one task are a thread of their own."""
    thread = in_thread(f"task-{at.task.pk}")
    return _draft(at.recipient, letter, at.project.workspace, **thread)


def _draft(recipient: User, letter: Letter, workspace: Workspace, **headers: str) -> MailDraft:
    return MailDraft(
        to=recipient.email,
        letter=letter,
        sender=workspace.name,
        headers={**of_list(str(workspace.pk)), **headers},
    )
