"""The documents of the bare server, written by hand: their SQL, and what is made of a row."""

from typing import Any

TASKS = """
    SELECT t.id, t.number, t.title, t.description, t.type, t.priority, s.key AS status_key,
           t.status_id, t.category, t.is_complete, t.is_blocked, t.parent_id, t.position,
           t.estimate_minutes,
           t.start_date, t.due_date, t.due_time, t.repeat_every, t.repeat_unit,
           t.completed_at, t.created_at, t.updated_at, t.version,
           COALESCE(w.external_org_id, w.id::text) AS workspace,
           p.id AS project, p.key AS project_key, p.name AS project_name,
           p.status AS project_status, p.priority AS project_priority,
           COALESCE(l.external_id, l.id::text) AS lead,
           COALESCE(a.external_id, a.id::text) AS assignee, a.name AS assignee_name,
           a.email AS assignee_email, a.avatar_url AS assignee_image,
           COALESCE(c.external_id, c.id::text) AS creator, c.name AS creator_name,
           c.email AS creator_email, c.avatar_url AS creator_image,
           (SELECT count(*) FROM comments_comment o
            WHERE o.task_id = t.id AND o.deleted_at IS NULL) AS comment_count
    FROM tasks_task t
    JOIN projects_status s ON s.id = t.status_id
    JOIN projects_project p ON p.id = t.project_id
    JOIN workspaces_workspace w ON w.id = t.workspace_id
    JOIN accounts_user c ON c.id = t.created_by_id
    LEFT JOIN accounts_user a ON a.id = t.assignee_id
    LEFT JOIN accounts_user l ON l.id = p.team_lead_id
"""
PAGE = f"""{TASKS}
    WHERE t.project_id = %s AND t.deleted_at IS NULL
    ORDER BY t.created_at DESC, t.id DESC
    LIMIT 50
"""
TASK = f"""{TASKS.replace("t.description", "t.description, t.description_html", 1)}
    WHERE t.id = %s AND t.deleted_at IS NULL
"""
COMMENTS = """
    SELECT o.id, o.task_id, o.content, o.created_at, o.updated_at, o.edited_at, o.version,
           COALESCE(a.external_id, a.id::text) AS author, a.name AS author_name,
           a.email AS author_email, a.avatar_url AS author_image
    FROM comments_comment o JOIN accounts_user a ON a.id = o.author_id
    WHERE o.task_id = %s AND o.deleted_at IS NULL
    ORDER BY o.created_at DESC, o.id DESC
    LIMIT 20
"""


def me_of(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["public_id"],
        "email": row["email"],
        "name": row["name"],
        "avatar_url": row["avatar_url"],
        "time_zone": row["time_zone"],
        "created_at": row["created_at"],
        "version": row["version"],
    }


def comment_of(row: Any) -> dict[str, Any]:
    author = _person(row.author, row.author_name, row.author_email, row.author_image)
    return {
        "id": row.id,
        "task_id": row.task_id,
        "taskId": row.task_id,
        "content": row.content,
        "author": author,
        "user": author,
        "created_at": row.created_at,
        "createdAt": row.created_at,
        "updated_at": row.updated_at,
        "edited_at": row.edited_at,
        "version": row.version,
    }


def task_of(row: Any) -> dict[str, Any]:
    assignee = row.assignee and _person(
        row.assignee, row.assignee_name, row.assignee_email, row.assignee_image
    )
    return {
        "id": row.id,
        "key": f"{row.project_key}-{row.number}",
        "number": row.number,
        "title": row.title,
        "description": row.description,
        "type": row.type,
        "priority": row.priority,
        "status": row.status_key,
        "status_id": row.status_id,
        "category": row.category,
        "is_complete": row.is_complete,
        "assignee_id": row.assignee,
        "assigneeId": row.assignee,
        "assignee": assignee,
        "created_by": _person(row.creator, row.creator_name, row.creator_email, row.creator_image),
        "workspace_id": row.workspace,
        "project_id": row.project,
        "projectId": row.project,
        "project": _project(row),
        "is_blocked": row.is_blocked,
        "parent_id": row.parent_id,
        "position": row.position,
        "estimate_minutes": row.estimate_minutes,
        "start_date": row.start_date,
        "due_date": row.due_date,
        "due_time": row.due_time,
        "recurrence": _recurrence(row),
        "completed_at": row.completed_at,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "version": row.version,
        "comment_count": row.comment_count,
    }


def _recurrence(row: Any) -> dict[str, Any] | None:
    return {"every": row.repeat_every, "unit": row.repeat_unit} if row.repeat_every else None


def _person(id_: str, name: str, email: str, image: str) -> dict[str, Any]:
    return {"id": id_, "name": name, "email": email, "avatar_url": image, "image": image}


def _project(row: Any) -> dict[str, Any]:
    return {
        "id": row.project,
        "key": row.project_key,
        "name": row.project_name,
        "status": row.project_status,
        "priority": row.project_priority,
        "team_lead": row.lead,
        "workspace_id": row.workspace,
        "workspaceId": row.workspace,
    }
