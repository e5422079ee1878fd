"""What the database itself refuses: rows across workspaces, unknown words, doubles."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from comments.services.comments import add_comment
from projects.services.projects import create_project
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.context import AS_SYSTEM
from tests.support.databases import CommittedDatabase
from workspaces.services.invitations import invite_person

CROSSINGS = [
    "UPDATE projects_project SET team_lead_id = %(sam)s WHERE id = %(project)s",
    "UPDATE projects_project SET workspace_id = %(elsewhere)s WHERE id = %(project)s",
    "UPDATE projects_projectmembership SET user_id = %(sam)s WHERE user_id = %(max)s",
    "UPDATE projects_projectmembership SET project_id = %(theirs)s WHERE user_id = %(max)s",
    "UPDATE projects_status SET workspace_id = %(elsewhere)s WHERE project_id = %(project)s",
    "UPDATE projects_transition SET target_id = %(their_status)s",
    "UPDATE tasks_task SET project_id = %(theirs)s, number = 9 WHERE id = %(task)s",
    "UPDATE tasks_task SET status_id = %(their_status)s WHERE id = %(task)s",
    "UPDATE tasks_task SET parent_id = %(their_task)s WHERE id = %(task)s",
    "UPDATE tasks_task SET workspace_id = %(elsewhere)s WHERE id = %(task)s",
    "UPDATE tasks_taskcounter SET workspace_id = %(elsewhere)s WHERE project_id = %(project)s",
    "UPDATE comments_comment SET task_id = %(their_task)s WHERE id = %(comment)s",
    "UPDATE comments_comment SET workspace_id = %(elsewhere)s WHERE id = %(comment)s",
    """
    INSERT INTO projects_projectmembership
        (id, created_at, updated_at, version, workspace_id, project_id, user_id, role)
    VALUES (%(new)s, now(), now(), 1, %(elsewhere)s, %(project)s, %(sam)s, 'MEMBER')
    """,
    """
    INSERT INTO comments_comment
        (id, created_at, updated_at, version, workspace_id, task_id, author_id, content)
    VALUES (%(new)s, now(), now(), 1, %(elsewhere)s, %(task)s, %(sam)s, 'x')
    """,
    "DELETE FROM workspaces_membership WHERE user_id = %(max)s",
]
UNKNOWN = [
    ("workspaces_workspace", "slug", "'SAME'"),
    ("workspaces_membership", "role", "'OWNER'"),
    ("workspaces_invitation", "role", "'OWNER'"),
    ("workspaces_invitation", "status", "'pending'"),
    ("projects_project", "status", "'DONE'"),
    ("projects_project", "priority", "'low'"),
    ("projects_project", "visibility", "'PUBLIC'"),
    ("projects_project", "progress", "101"),
    ("projects_project", "progress", "-1"),
    ("projects_project", "end_date", "start_date - 1"),
    ("projects_projectmembership", "role", "'ADMIN'"),
    ("projects_status", "category", "'OPEN'"),
    ("tasks_task", "type", "'EPIC'"),
    ("tasks_task", "priority", "'NONE'"),
    ("tasks_task", "category", "'todo'"),
    ("tasks_task", "due_time", "'10:00'"),
]
DOUBLES = [
    ("workspaces_workspace", "slug", "'same'"),
    ("projects_project", "key", "'ENG'"),
    ("projects_projectmembership", "user_id", "'{max}'"),
    ("projects_projectmembership", "role", "'LEAD'"),
    ("projects_status", "key", "'TODO'"),
    ("projects_status", "is_default", "true"),
    ("tasks_task", "number", "1"),
    ("workspaces_membership", "user_id", "'{max}'"),
]


@pytest.fixture
def rows(committed_db: CommittedDatabase, cast: Cast) -> dict[str, Any]:
    found = {**named(cast), **{f"their_{k}": v for k, v in theirs(cast).items()}}
    return {**found, "theirs": found["their_project"], "new": uuid4()}


@pytest.fixture
def owner(rows: dict[str, Any], committed_db: CommittedDatabase) -> Iterator[Any]:
    """The owner of the tables, in a transaction nobody will see."""
    with psycopg.connect(committed_db.direct_url, options=AS_SYSTEM) as connection:
        yield connection
        connection.rollback()


def named(cast: Cast) -> dict[str, Any]:
    second = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Two", workflow="TICKET"
    )
    create_task(actor=by(cast.ada), project=second, title="Two")
    invite_person(actor=by(cast.ada), workspace=cast.workspace, email="new@example.com")
    tasks = [create_task(actor=by(cast.lea), project=cast.project, title=title) for title in "ab"]
    comment = add_comment(actor=by(cast.max), task=tasks[0], content="Oil")
    people = {name: getattr(cast, name).pk for name in ("max", "sam", "project", "elsewhere")}
    return {**people, "task": tasks[0].pk, "comment": comment.pk}


def theirs(cast: Cast) -> dict[str, Any]:
    project = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Theirs")
    task = create_task(actor=by(cast.sam), project=project, title="Theirs")
    return {"project": project.pk, "task": task.pk, "status": task.status_id}


def test_no_row_points_into_another_workspace(owner: Any, rows: dict[str, Any]) -> None:
    for statement in CROSSINGS:
        with pytest.raises(psycopg.errors.ForeignKeyViolation), owner.transaction():
            assert owner.execute(statement, rows).rowcount > 0


def test_no_column_holds_a_word_it_does_not_know(owner: Any) -> None:
    owner.execute("UPDATE projects_project SET start_date = current_date")
    for table, column, value in UNKNOWN:
        with pytest.raises(psycopg.errors.CheckViolation), owner.transaction():
            owner.execute(f"UPDATE {table} SET {column} = {value}")


def test_nothing_that_is_unique_stands_there_twice(owner: Any, rows: dict[str, Any]) -> None:
    for table, column, value in DOUBLES:
        with pytest.raises(psycopg.errors.UniqueViolation), owner.transaction():
            owner.execute(f"UPDATE {table} SET {column} = {value.format(**rows)}")


def test_is_complete_follows_from_the_category(owner: Any) -> None:
    with pytest.raises(psycopg.errors.GeneratedAlways), owner.transaction():
        owner.execute("UPDATE tasks_task SET is_complete = true")


def test_the_suite_connects_as_a_role_without_privileges(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,"
            " pg_has_role(current_user, (SELECT tableowner FROM pg_tables"
            " WHERE tablename = 'tasks_task'), 'MEMBER') FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False, False)
