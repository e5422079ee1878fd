"""Creates the demo data by the services, as HTTP requests would, but without sending mail."""

import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.services.people import change_access, change_profile, register_person
from attachments.services.uploads import Upload, upload_file
from comments.models import Emoji
from comments.services.comments import add_comment
from comments.services.reactions import add_reaction
from core.actor import Actor
from core.context import as_system
from core.errors import Conflict
from dev.demo.passwords import KNOWN_TO_ALL
from notifications.models import Reminder
from outbox.models import Delivery, State
from projects.models import Project, Status
from projects.services.columns import update_column
from projects.services.projects import create_project
from tasks.models import RelatedAs, Task
from tasks.services.labels import add_label, labels_named
from tasks.services.relations import add_relation
from tasks.services.saved_filters import save_filter
from tasks.services.tasks import create_task, transition_task
from tasks.services.watchers import watch_task
from workspaces.models import Workspace
from workspaces.services.opening import record_opening
from workspaces.services.workspaces import add_member, create_workspace

WORLD = Path(__file__).parent / "world"
DEMO = Actor.system("manage.py seed_demo")
TEAMS = ("fieldnote", "halden", "riverside")

People = dict[str, User]


class AlreadySeeded(Conflict):
    message = "Somebody has one of the demo's addresses already: nothing was changed."


@as_system("planting the demo")
def seed_demo() -> list[User]:
    """Create the demo teams and return the people; AlreadySeeded if one of them exists already."""
    cast = _read("people")
    if not _is_alone():
        raise AlreadySeeded("Somebody else is adding the demo right now: nothing was changed.")
    if User.objects.filter(email__in=addresses()).exists():
        raise AlreadySeeded
    people = {nick: _register(nick, **facts) for nick, facts in cast.items()}
    people["admin"] = change_access(
        actor=DEMO, person=people["admin"], is_staff=True, is_superuser=True
    )
    for team in TEAMS:
        _create_team(people, **_read(team))
    _cancel_messages(people)
    # Hashed once for all: a hash takes a tenth of a second, and this password is no secret.
    User.objects.filter(email__in=addresses()).update(password=make_password(KNOWN_TO_ALL))
    return list(people.values())


def addresses() -> list[str]:
    """The e-mail addresses of all demo accounts."""
    return [_address(nick) for nick in _read("people")]


def _is_alone() -> bool:
    """Whether no other process is seeding; not waited for, which would exceed the lock timeout."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('demo'))")
        return bool(cursor.fetchone()[0])


def _register(nick: str, name: str, zone: str) -> User:
    person = register_person(actor=DEMO, email=_address(nick), password=None, name=name)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return change_profile(actor=Actor(user=person), person=person, time_zone=zone)


def _create_team(
    people: People,
    name: str,
    owner: str,
    members: dict[str, str],
    projects: list[dict[str, Any]],
) -> None:
    workspace = create_workspace(actor=Actor(user=people[owner]), name=name)
    for nick, role in members.items():
        add_member(
            actor=Actor(user=people[owner]), workspace=workspace, email=_address(nick), role=role
        )
        record_opening(actor=Actor(user=people[nick]), workspace_id=workspace.pk)
    for project in projects:
        _create_project(people[owner], people, workspace, **project)


def _create_project(
    owner: User,
    people: People,
    workspace: Workspace,
    tasks: list[dict[str, Any]],
    members: list[str],
    lead: str | None = None,
    starts: int | None = None,
    ends: int | None = None,
    **fields: Any,
) -> None:
    labels, limits = fields.pop("labels", {}), fields.pop("limits", {})
    head = Actor(user=people[lead] if lead else owner)
    project = create_project(
        actor=Actor(user=owner),
        workspace=workspace,
        team_lead=people[lead] if lead else None,
        team_members=[people[nick] for nick in members],
        start_date=_day(starts),
        end_date=_day(ends),
        **fields,
    )
    for name, color in labels.items():
        add_label(actor=head, project=project, name=name, color=color)
    _create_tasks(people, project, tasks, owner)
    for name, limit in limits.items():
        column = Status.objects.get(project=project, name=name)
        update_column(actor=head, column=column, changes={"wip_limit": limit})
    save_filter(
        actor=head,
        project=project,
        name="Overdue",
        parameters={"overdue": "true"},
        is_shared=True,
    )


def _create_tasks(
    people: People, project: Project, tasks: list[dict[str, Any]], owner: User
) -> None:
    """Create the tasks, each after the one it is part of, and say which wait for which."""
    made: dict[str, Task] = {}
    for task in tasks:
        parent = made[task["within"]] if "within" in task else None
        made[task["title"]] = _create_task(people, project, parent, **task)
    for task in tasks:
        for blocker in task.get("after", ()):
            pair = {"task": made[blocker], "other": made[task["title"]]}
            add_relation(actor=Actor(user=owner), kind=RelatedAs.BLOCKS, **pair)


def _create_task(people: People, project: Project, parent: Task | None, **facts: Any) -> Task:
    """Create a task with its comments and files, and move it through the columns to its own."""
    author, assignee = people[facts["by"]], people.get(facts.get("to", ""))
    every, unit = facts.get("repeats", (None, ""))
    task = create_task(
        actor=Actor(user=author),
        project=project,
        title=facts["title"],
        description=facts.get("text", ""),
        type=facts["type"],
        priority=facts["priority"],
        assignee=assignee,
        labels=labels_named(project, facts.get("labels", ())),
        parent=parent,
        estimate_minutes=facts.get("minutes"),
        start_date=_day(facts.get("starts")),
        due_date=_day(facts["due"]),
        repeat_every=every,
        repeat_unit=unit,
    )
    for nick in facts.get("watched_by", ()):
        watch_task(actor=Actor(user=people[nick]), task=task, person=people[nick])
    _discuss(people, task, facts.get("said", ()))
    for nick, name, text in facts.get("files", ()):
        content = BytesIO(text.encode())
        upload_file(actor=Actor(user=people[nick]), task=task, upload=Upload(name), content=content)
    for column in _columns_to(facts["in"], task):
        transition_task(actor=Actor(user=assignee or author), task=task, status=column)
    return task


def _discuss(people: People, task: Task, said: Iterable[Any]) -> None:
    """Add comments: each has its author, its text, and perhaps who likes it or that it replies."""
    first = None
    for nick, remark, *more in said:
        facts = more[0] if more else {}
        parent = first if facts.get("replies") else None
        comment = add_comment(
            actor=Actor(user=people[nick]), task=task, content=remark, parent=parent
        )
        first = parent or comment
        for fan in facts.get("liked_by", ()):
            add_reaction(actor=Actor(user=people[fan]), comment=comment, emoji=Emoji.THUMBS_UP)


def _columns_to(name: str, task: Task) -> list[Status]:
    columns = list(Status.objects.filter(project=task.project_id).order_by("position"))
    goal = next(column for column in columns if column.name.casefold() == name.casefold())
    start = task.status.position
    return [column for column in columns if start < column.position <= goal.position]


def _cancel_messages(people: People) -> None:
    """Cancel all mail and reminders: their recipients were created by this transaction."""
    Delivery.objects.filter(
        state=State.PENDING, recipient_id__in=[person.pk for person in people.values()]
    ).close(State.SKIPPED, "demo data")
    plans = Reminder.objects.planned().filter(recipient__in=people.values())
    plans.update(state=Reminder.State.CANCELLED)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((WORLD / f"{name}.toml").read_text())


def _address(nick: str) -> str:
    return f"{nick}@example.com"


def _day(offset: int | None) -> date | None:
    """The date `offset` days from today."""
    return None if offset is None else timezone.localdate() + timedelta(days=offset)
