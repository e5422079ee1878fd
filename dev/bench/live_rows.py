"""The rows of `bin/bench realtime`: a large team, a long log, and many small workspaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from psycopg.types.json import Jsonb

from accounts.models import User
from activity.models import Event
from core.actor import Actor
from core.context import as_system
from dev.bench.filling import _insert as insert_rows
from dev.bench.policies import switch_policies
from projects.models import Project
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.tasks import create_task
from workspaces.models import Membership, Workspace
from workspaces.services.workspaces import create_workspace

TASKS = 500
AT_ONCE = 5000
CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("task", "created", {"title": {"old": None, "new": "What is to be done"}}),
    ("task", "status_changed", {"status": {"old": "TODO", "new": "IN_PROGRESS"}}),
    ("comment", "commented", {}),
    ("task", "updated", {"priority": {"old": "LOW", "new": "HIGH"}}),
]


@dataclass(frozen=True)
class Team:
    """People of one workspace, and a project that all of them may read."""

    people: list[User]
    workspace: Workspace
    project: Project


@as_system("filling the benchmark")
def team(name: str, amount: int) -> Team:
    people = User.objects.bulk_create(
        User(email=f"{name}-{n}@example.com", name=f"{name} {n}", password="!")
        for n in range(amount)
    )
    lead = Actor(user=people[0])
    workspace = create_workspace(actor=lead, name=name)
    Membership.objects.bulk_create(Membership(workspace=workspace, user=one) for one in people[1:])
    return Team(people, workspace, create_project(actor=lead, workspace=workspace, name=name))


def add_log(team: Team, amount: int) -> None:
    """Add so many events about tasks and comments of the project."""
    tasks = _tasks(team)
    switch_policies(on=False)
    turns = zip(cycle(CHANGES), cycle(tasks), cycle(team.people))
    for start in range(0, amount, AT_ONCE):
        some = islice(turns, min(AT_ONCE, amount - start))
        insert_rows([_event(*each) for each in some])
    switch_policies(on=True)


@as_system("filling the benchmark")
def _tasks(team: Team) -> list[Task]:
    lead = Actor(user=team.people[0])
    return [
        create_task(actor=lead, project=team.project, title=f"Number {n}") for n in range(TASKS)
    ]


def _event(change: tuple[str, str, dict[str, Any]], task: Task, person: User) -> Event:
    entity, action, changes = change
    return Event(
        workspace_id=task.workspace_id,
        actor_id=person.pk,
        via="session",
        entity=entity,
        entity_id=task.pk,
        action=action,
        changes=Jsonb(changes),
        version=2,
        project_id=task.project_id,
        task_id=task.pk,
    )


def _first_event(workspace: Workspace) -> Event:
    return Event(
        workspace_id=workspace.pk,
        via="system",
        entity="workspace",
        entity_id=workspace.pk,
        action="created",
        changes=Jsonb({}),
    )


def many_workspaces(people: Sequence[User], each: int) -> list[list[Workspace]]:
    """So many workspaces for each of the people, with counters as after a first event."""
    switch_policies(on=False)
    rows = [
        [
            Workspace(
                name=f"Small {n}-{m}", slug=f"small-{n}-{m}", owner=person, settings=Jsonb({})
            )
            for m in range(each)
        ]
        for n, person in enumerate(people)
    ]
    every = [one for theirs in rows for one in theirs]
    insert_rows(every)
    insert_rows([_first_event(one) for one in every])  # a trigger counts it
    insert_rows(
        [
            Membership(workspace=one, user=person, role="ADMIN")
            for person, theirs in zip(people, rows, strict=True)
            for one in theirs
        ]
    )
    switch_policies(on=True)
    return rows
