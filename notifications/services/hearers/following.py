"""Who follows tasks and may read them: by one statement, for one task as for many."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from core.actor import Actor
from core.rights import NO_NEEDS
from notifications.models import Notification
from projects.models import Visibility
from projects.rights import READ_PROJECT, ProjectRole
from tasks.models import Task
from workspaces.rights import WorkspaceRole

Pair = tuple[UUID, UUID]
"""The ids of a task and of a person."""

# `Project.objects.reachable_by` for many people at once, with the roles of the same table of
# rights; a test compares the two.
READERS = """
    SELECT heard.task, heard.person
    FROM (
        SELECT task, person FROM unnest(%s::uuid[], %s::uuid[]) AS named (task, person)
        UNION
        SELECT task_id, user_id FROM tasks_watcher WHERE task_id = ANY (%s::uuid[])
    ) AS heard
    JOIN tasks_task AS task ON task.id = heard.task AND task.deleted_at IS NULL
    JOIN projects_project AS project
        ON project.id = task.project_id AND project.deleted_at IS NULL
    JOIN workspaces_workspace AS workspace
        ON workspace.id = project.workspace_id AND workspace.deleted_at IS NULL
    JOIN accounts_user AS person ON person.id = heard.person AND person.is_active
    LEFT JOIN workspaces_membership AS place
        ON place.workspace_id = workspace.id AND place.user_id = heard.person
    LEFT JOIN projects_projectmembership AS inside
        ON inside.project_id = project.id AND inside.user_id = heard.person
    WHERE heard.person IS DISTINCT FROM %s::uuid
    AND (
        inside.role = ANY (%s) OR place.role = ANY (%s)
        OR project.visibility = %s AND place.role = ANY (%s)
    )
"""
UNMUTED = """
    AND NOT EXISTS (
        SELECT FROM notifications_mutedtask AS muted
        WHERE muted.task_id = heard.task AND muted.person_id = heard.person
    )
"""
ROLES = (
    READ_PROJECT.roles(ProjectRole, NO_NEEDS),
    READ_PROJECT.roles(WorkspaceRole, NO_NEEDS),
    Visibility.WORKSPACE.value,
    READ_PROJECT.roles(WorkspaceRole),
)


def followers(tasks: Iterable[Task], *, actor: Actor) -> set[Pair]:
    """The assignees, authors and watchers who may read the tasks and have not muted them.

    Without the actor.
    """
    known = list(tasks)
    named = {(task.pk, person) for task in known for person in _named_in(task)}
    return _fetched(READERS + UNMUTED, named, [task.pk for task in known], actor)


def readers_among(pairs: Collection[Pair], *, actor: Actor) -> set[Pair]:
    """Those of the people, each with a task, who may read it; without the actor."""
    return _fetched(READERS, pairs, [], actor) if pairs else set()


def about_task(kind: str, task: Task, recipient_id: UUID, key: object, **more: Any) -> Notification:
    """What the person hears of the task; `key` distinguishes it from the same kind later."""
    return Notification(
        kind=kind,
        key=f"{kind}:{key}",
        recipient_id=recipient_id,
        workspace_id=task.workspace_id,
        project_id=task.project_id,
        task_id=task.pk,
        **more,
    )


def _named_in(task: Task) -> set[UUID]:
    return {person for person in (task.assignee_id, task.created_by_id) if person}


def _fetched(sql: str, named: Collection[Pair], watched: list[UUID], actor: Actor) -> set[Pair]:
    pairs = list(named)
    tasks, people = [task for task, _ in pairs], [person for _, person in pairs]
    with connection.cursor() as cursor:
        cursor.execute(sql, (tasks, people, watched, actor.person_id, *ROLES))
        return set(cursor.fetchall())
