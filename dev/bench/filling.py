"""The benchmark's rows: a hundred thousand tasks in a hundred projects, the same in every run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import cycle, islice
from typing import Any

from django.db import connection, connections
from django.db.models import Model

from accounts.models import User
from comments.models import Comment
from core.actor import Actor
from core.markdown import as_html, html_fields
from dashboards.services.totals import add_all_changes
from dev.bench.policies import switch_policies
from projects.models import Priority, Project, Status
from projects.services.projects import create_project
from projects.services.workflows import Workflow
from tasks.models import POSITION_STEP, Label, Task, TaskCounter, TaskLabel, TaskType
from workspaces.models import Membership, Workspace
from workspaces.services.workspaces import create_workspace

WORKSPACES = 10
PROJECTS = 10
TASKS = 1000
PEOPLE = 10
DESCRIPTION = "What is to be done, and why, in one or two sentences. " * 3
SAID = "Looks good to me; one thing is left."
SEARCHED = ("Harbour lantern.", "Copper gate.")
"""What every tenth and every hundredth task says besides."""
LABELS = 5
ALL = WORKSPACES * PROJECTS * TASKS
# Whole seconds, because Python and PostgreSQL write fractions differently.
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Dataset:
    """What the requests use: a member without special roles, a colleague, and their projects.

    `board` is one more, with four columns and labels.
    """

    member: User
    colleague: User
    projects: list[Project]
    board: Project


def fill() -> Dataset:
    """Create all rows; returns those of the first workspace that the requests use."""
    switch_policies(on=False)  # COPY FROM needs RLS off; each round enables it if it needs it
    datasets = [_workspace(number) for number in range(WORKSPACES)]
    add_all_changes()
    with connections["direct"].cursor() as owner:
        owner.execute("ANALYZE")
    return datasets[0]


def _workspace(number: int) -> Dataset:
    people = User.objects.bulk_create(_person(number, n) for n in range(PEOPLE))
    lead, *members = people
    workspace = create_workspace(actor=Actor(user=lead), name=f"Workspace {number}")
    Membership.objects.bulk_create(Membership(workspace=workspace, user=one) for one in members)
    projects = [_project(workspace, people, n) for n in range(PROJECTS)]
    board = projects[0] if number else _board(workspace, people)
    return Dataset(members[0], members[1], projects, board)


def _person(workspace: int, number: int) -> User:
    name = f"person-{workspace}-{number}"
    return User(email=f"{name}@example.com", name=name, password="!")


def _project(workspace: Workspace, people: list[User], number: int) -> Project:
    project = _empty(workspace, people, f"Project {number}", Workflow.SIMPLE)
    tasks = _tasks(project, people)
    for task in tasks:
        said = [*islice(SEARCHED, (task.number % 10 == 0) + (task.number % 100 == 50))]
        task.change(**_texts(" ".join([DESCRIPTION, *said])))
    _insert(tasks)
    _insert(_comments(tasks, people))
    return project


def _board(workspace: Workspace, people: list[User]) -> Project:
    """A project whose tasks have one label each, or none; no search finds them."""
    project = _empty(workspace, people, "Board", Workflow.KANBAN)
    tasks = _tasks(project, people)
    here = {"workspace_id": workspace.pk}
    labels = [Label(project=project, name=f"Label {n}", **here) for n in range(LABELS)]
    _insert(tasks)
    _insert(labels)
    _insert(
        [
            TaskLabel(task=task, label=label, **here)
            for task, label in zip(tasks, cycle([*labels, None]), strict=False)
            if label
        ]
    )
    return project


def _empty(workspace: Workspace, people: list[User], name: str, workflow: Workflow) -> Project:
    project = create_project(
        actor=Actor(user=people[0]),
        workspace=workspace,
        team_lead=people[0],
        team_members=people,
        name=name,
        workflow=workflow,
    )
    TaskCounter.objects.create(project=project, workspace=workspace, last_number=TASKS)
    return project


@cache
def _texts(description: str) -> dict[str, Any]:
    return {"description": description, **html_fields("description", as_html(description))}


def _tasks(project: Project, people: list[User]) -> list[Task]:
    columns = list(Status.objects.filter(project=project).order_by("position"))
    tasks = []
    turns = zip(cycle(columns), cycle([*people, None]), cycle(TaskType), cycle(Priority))
    for number, (column, assignee, type_, priority) in enumerate(islice(turns, TASKS), 1):
        task = Task(
            workspace_id=project.workspace_id,
            project=project,
            number=number,
            position=number * POSITION_STEP,
            title=f"Task {number} of {project.name}",
            **_texts(DESCRIPTION),
            type=type_,
            priority=priority,
            assignee=assignee,
            created_by=people[number % PEOPLE],
            due_date=date(2026, 6, 1) + timedelta(days=number % 90) if number % 2 else None,
            created_at=EPOCH + timedelta(minutes=number),
        )
        task.set_status(column)
        tasks.append(task)
    return tasks


def _comments(tasks: list[Task], people: list[User]) -> list[Comment]:
    """Zero to two comments for each task."""
    html = html_fields("content", as_html(SAID))
    return [
        Comment(
            workspace_id=task.workspace_id,
            task=task,
            author=people[(task.number + n) % PEOPLE],
            content=SAID,
            **html,
        )
        for task in tasks
        for n in range(task.number % 3)
    ]


def _insert(rows: Sequence[Model]) -> None:
    """Insert by COPY, which is several times as fast as INSERT; model defaults still apply."""
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not field.generated]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    into = f'COPY "{meta.db_table}" ({columns}) FROM STDIN'
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([field.pre_save(row, add=True) for field in fields])
