"""Workspaces with large projects, in which some values of tasks are common, others rare."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, connections, transaction
from django.db.models import Model

from accounts.models import User
from comments.models import Comment
from core.actor import Actor
from core.context import as_system
from dashboards.services.totals import add_all_changes
from projects.models import Project
from projects.services.projects import create_project
from projects.services.workflows import Workflow
from tasks.models import Task
from workspaces.models import Membership
from workspaces.services.workspaces import create_workspace

LARGEST = 100_000
"""Most tasks of a project."""
WORKFLOW = Workflow.KANBAN
"""The columns that `fill` expects."""
TASKS = {
    "id": "gen_random_uuid()",
    "created_at": "at",
    "updated_at": "at + (hashint4(n) & 1048575) * interval '1 second'",
    "number": "n",
    "title": "'Task ' || md5(n::text)",
    "description": "'What is to be done, and why, in one or two sentences. '",
    "type": """CASE WHEN a %% 1000 = 0 THEN 'IMPROVEMENT' WHEN a %% 10 < 6 THEN 'TASK'
        WHEN a %% 10 < 9 THEN 'BUG' ELSE 'FEATURE' END""",
    "priority": """CASE WHEN b %% 1000 = 0 THEN 'URGENT' WHEN b %% 10 < 6 THEN 'MEDIUM'
        WHEN b %% 10 < 9 THEN 'HIGH' ELSE 'LOW' END""",
    "category": "s.category",
    "completed_at": """CASE WHEN s.category IN ('DONE', 'CLOSED')
        THEN GREATEST(at, now() - n %% 120000 * interval '1 minute') END""",
    "position": "n::bigint * 65536",
    "start_date": "CASE WHEN n %% 4 < 2 THEN at::date + 25 END",
    "due_date": "CASE WHEN n %% 2 = 0 THEN at::date + 30 END",
    "assignee_id": """CASE WHEN c %% 1000 = 0 THEN people[2] WHEN c %% 10 < 5 THEN people[1]
        WHEN c %% 10 < 7 THEN people[3] END""",
    "created_by_id": "people[1]",
    "project_id": "s.project_id",
    "status_id": "s.id",
    "workspace_id": "s.workspace_id",
}
"""The columns of the n-th task of a project."""
NUMBERED = """
    FROM generate_series(1, %(count)s) n
    CROSS JOIN LATERAL (
        SELECT timestamptz '2026-01-01' + n * interval '1 minute' AS at,
            hashint4(n) & 65535 AS a, hashint4(n + 1000003) & 65535 AS b,
            hashint4(n + 2000003) & 65535 AS c, %(people)s::uuid[] AS people
    ) v
    JOIN projects_status s ON s.project_id = %(project)s AND s.key = CASE
        WHEN n > %(count)s * 9 / 10 THEN CASE WHEN a %% 2 = 0 THEN 'TODO' ELSE 'IN_PROGRESS' END
        WHEN a %% 1000 = 1 THEN 'REVIEW' ELSE 'DONE' END
"""
COUNTER = """
    INSERT INTO tasks_taskcounter (project_id, workspace_id, last_number)
    VALUES (%s, %s, %s)
"""
LABELS = """
    WITH label AS (
        INSERT INTO tasks_label
        (id, created_at, updated_at, version, name, color, project_id, workspace_id)
        SELECT gen_random_uuid(), now(), now(), 1, name, '#ff0000', %(project)s, %(workspace)s
        FROM unnest(%(names)s::text[]) AS name RETURNING id, name
    )
    INSERT INTO tasks_tasklabel (id, created_at, task_id, label_id, workspace_id)
    SELECT gen_random_uuid(), now(), t.id, label.id, t.workspace_id
    FROM tasks_task t JOIN label
    ON CASE name WHEN 'often' THEN t.number %% 5 WHEN 'seldom' THEN t.number %% 1000 END = 1
    WHERE t.project_id = %(project)s
"""
WATCHERS = """
    INSERT INTO tasks_watcher (id, created_at, task_id, user_id, workspace_id)
    SELECT gen_random_uuid(), now(), id, %s, workspace_id
    FROM tasks_task WHERE project_id = %s AND number %% 1000 = 7
"""
PARENTS = """
    UPDATE tasks_task SET parent_id = whole.id FROM tasks_task whole
    WHERE whole.project_id = %s AND whole.number = 1
    AND tasks_task.project_id = %s AND tasks_task.number BETWEEN 2 AND 60
"""
RELATIONS = """
    INSERT INTO tasks_relation
    (id, created_at, kind, source_id, target_id, created_by_id, workspace_id)
    SELECT gen_random_uuid(), now(), 'BLOCKS', last.id, t.id, t.created_by_id, t.workspace_id
    FROM tasks_task t JOIN tasks_task last ON last.project_id = t.project_id AND last.number = %s
    WHERE t.project_id = %s AND t.number %% 1000 = 3 AND t.id <> last.id
"""
WORDS = """
    INSERT INTO gantry_private.task_words
    SELECT id, id, workspace_id, project_id, public.plain_words(title),
        gantry_private.weighed(title, 'A') || gantry_private.weighed(description, 'B')
    FROM tasks_task WHERE project_id = %s
"""
COMMENTS = {
    "id": "gen_random_uuid()",
    "created_at": "t.created_at + n * interval '1 hour'",
    "updated_at": "t.created_at + n * interval '1 hour'",
    "content": "'Looks good to me; one thing is left.'",
    "task_id": "t.id",
    "author_id": "t.created_by_id",
    "workspace_id": "t.workspace_id",
}
"""The columns of the n-th comment on a task."""
COMMENTED = """
    FROM tasks_task t CROSS JOIN LATERAL generate_series(1, t.number %% 3) n
    WHERE t.project_id = %(project)s
"""


@dataclass(frozen=True)
class People:
    """Who has half of the tasks, one in a thousand, and none; the other watches some."""

    common: User
    rare: User
    idle: User
    other: User


def create_people(prefix: str) -> People:
    """Four people without a password, at `prefix-a@example.com` and so on."""
    nothing = make_password(None)
    return People(
        *User.objects.bulk_create(
            User(email=f"{prefix}-{name}@example.com", name=f"Many {name}", password=nothing)
            for name in "abcd"
        )
    )


def create_projects(people: People, owner: User, sizes: Sequence[int]) -> list[Project]:
    """A workspace with an empty project for each size."""
    actor = Actor(user=owner)
    workspace = create_workspace(actor=actor, name="Many tasks")
    Membership.objects.bulk_create(
        Membership(workspace=workspace, user=person, role="MEMBER")
        for person in (people.common, people.rare, people.idle)
    )
    return [
        create_project(
            actor=actor, workspace=workspace, name=f"Project {size} {n}", workflow=WORKFLOW
        )
        for n, size in enumerate(sizes)
    ]


def fill(project: Project, people: People, count: int) -> None:
    """Create the tasks of an empty project with the columns of WORKFLOW, as the owner."""
    keys = [people.common.pk, people.rare.pk, people.other.pk]
    with transaction.atomic("direct"), connections["direct"].cursor() as owner:
        # Their words, one task after the other, would take longer than the tasks: `fill_words`.
        owner.execute("ALTER TABLE tasks_task DISABLE TRIGGER keep_words")
        _insert(Task, TASKS, NUMBERED, project=project.pk, people=keys, count=count)
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        owner.execute("ALTER TABLE tasks_task ENABLE TRIGGER keep_words")
    here: dict[str, Any] = {"project": project.pk, "workspace": project.workspace_id}
    with connections["direct"].cursor() as owner:
        owner.execute(COUNTER, [project.pk, project.workspace_id, count])
        owner.execute(LABELS, {**here, "names": ["often", "seldom", "never"]})
        owner.execute(WATCHERS, [people.other.pk, project.pk])
        owner.execute(PARENTS, [project.pk, project.pk])
        owner.execute(RELATIONS, [count, project.pk])


def fill_words(project: Project) -> None:
    """Index the words of the tasks of the project for search, as the owner."""
    with connections["direct"].cursor() as owner:
        owner.execute(WORDS, [project.pk])


def fill_comments(project: Project) -> None:
    """Create zero to two comments on each task of the project, as the owner."""
    _insert(Comment, COMMENTS, COMMENTED, project=project.pk)


def analyze() -> None:
    """Let PostgreSQL count what `fill` has written, as autovacuum does."""
    with connections["direct"].cursor() as owner:
        owner.execute("ANALYZE")


def fill_scale(tasks: int, *, owner: User | None, tell: Callable[[str], Any]) -> None:
    """Create so many tasks in projects of LARGEST and a last one, with comments.

    The owner of their workspace is the last of four new people if none is given.
    """
    sizes = [min(LARGEST, tasks - start) for start in range(0, tasks, LARGEST)]
    with as_system("creating projects for many tasks"):
        people = create_people("scale")
        projects = create_projects(people, owner or people.other, sizes)
    for done, (project, size) in enumerate(zip(projects, sizes, strict=True), 1):
        fill(project, people, size)
        fill_words(project)
        fill_comments(project)
        add_all_changes()
        tell(f"{done} of {len(projects)} projects: {size} tasks")
    analyze()


def _insert(model: type[Model], columns: dict[str, str], rows: str, **values: Any) -> None:
    """Insert with one statement; columns that are not named get the defaults of the model."""
    defaults = {
        str(field.column): field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.local_concrete_fields
        if not (field.column in columns or field.null or field.generated or field.has_db_default())
    }
    names = ", ".join((*columns, *defaults))
    each = ", ".join((*columns.values(), *(f"%(default_{name})s" for name in defaults)))
    values |= {f"default_{name}": value for name, value in defaults.items()}
    table = connection.ops.quote_name(model._meta.db_table)
    with connections["direct"].cursor() as owner:  # whose statements may take minutes
        owner.execute(f"INSERT INTO {table} ({names}) SELECT {each} {rows}", values)
