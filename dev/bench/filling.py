"""The benchmark's rows: a hundred thousand tasks in a hundred projects, the same in every run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice

from django.db import connection, connections
from django.db.models import Model

from accounts.models import User
from comments.models import Comment
from core.actor import Actor
from dev.bench.policies import switch_policies
from projects.models import Priority, Project, Status
from projects.services.projects import create_project
from tasks.models import POSITION_STEP, Task, TaskCounter, TaskType
from workspaces.models import Membership, Workspace
from workspaces.services.workspaces import create_workspace

WORKSPACES = 10
PROJECTS = 10
TASKS = 1000
PEOPLE = 10
ALL = WORKSPACES * PROJECTS * TASKS
# Whole seconds, because Python and PostgreSQL write fractions differently.
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Dataset:
    """What the requests use: a member without special roles, a colleague, and their projects."""

    member: User
    colleague: User
    projects: list[Project]


def fill() -> Dataset:
    """Create all rows; returns those of the first workspace that the requests use."""
    switch_policies(on=False)  # COPY FROM needs RLS off; each round enables it if it needs it
    datasets = [_workspace(number) for number in range(WORKSPACES)]
    with connections["direct"].cursor() as owner:
        owner.execute("ANALYZE")
    return datasets[0]


def _workspace(number: int) -> Dataset:
    people = User.objects.bulk_create(_person(number, n) for n in range(PEOPLE))
    lead, *members = people
    workspace = create_workspace(actor=Actor(user=lead), name=f"Workspace {number}")
    Membership.objects.bulk_create(Membership(workspace=workspace, user=one) for one in members)
    projects = [_project(workspace, people, n) for n in range(PROJECTS)]
    return Dataset(members[0], members[1], projects)


def _person(workspace: int, number: int) -> User:
    name = f"person-{workspace}-{number}"
    return User(email=f"{name}@example.com", name=name, password="!")


def _project(workspace: Workspace, people: list[User], number: int) -> Project:
    project = create_project(
        actor=Actor(user=people[0]),
        workspace=workspace,
        team_lead=people[0],
        team_members=people,
        name=f"Project {number}",
    )
    tasks = _tasks(project, people)
    _insert(tasks)
    TaskCounter.objects.create(project=project, workspace=workspace, last_number=TASKS)
    _insert(_comments(tasks, people))
    return project


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
            description="What is to be done, and why, in one or two sentences. " * 3,
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
    return [
        Comment(
            workspace_id=task.workspace_id,
            task=task,
            author=people[(task.number + n) % PEOPLE],
            content="Looks good to me; one thing is left.",
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
