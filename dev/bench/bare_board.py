"""The floor of the board: its columns, tasks, people and labels in four statements."""

from typing import Any

from psycopg import Connection

MOST = 200
"""Tasks of a column, as in the `limit` of the line."""
COLUMNS = """
    SELECT s.id, s.key, s.name, s.color, s.position, s.category, s.is_default, s.wip_limit,
           s.version, (SELECT count(*) FROM tasks_task t
                       WHERE t.status_id = s.id AND t.deleted_at IS NULL) AS count
    FROM projects_status s WHERE s.project_id = %s ORDER BY s.position
"""
CARDS = """
    SELECT t.id, p.key || '-' || t.number AS key, t.number, t.title, t.type, t.priority,
           t.status_id, t.is_complete, COALESCE(a.external_id, a.id::text) AS assignee_id,
           t.is_blocked, t.parent_id, t.position, t.estimate_minutes, t.start_date, t.due_date,
           t.updated_at, t.version,
           ARRAY(SELECT l.label_id FROM tasks_tasklabel l WHERE l.task_id = t.id
                 ORDER BY l.created_at, l.id) AS label_ids
    FROM projects_status s
    CROSS JOIN LATERAL (
        SELECT * FROM tasks_task t WHERE t.status_id = s.id AND t.deleted_at IS NULL
        ORDER BY t.position LIMIT %s
    ) t
    JOIN projects_project p ON p.id = t.project_id
    LEFT JOIN accounts_user a ON a.id = t.assignee_id
    WHERE s.project_id = %s ORDER BY t.position
"""
PEOPLE = """
    SELECT COALESCE(external_id, id::text) AS id, name, avatar_url AS image
    FROM accounts_user WHERE id = ANY(%s::uuid[]) ORDER BY name
"""
LABELS = "SELECT id, name, color FROM tasks_label WHERE project_id = %s ORDER BY lower(name)"


def board_of(connection: Connection[Any], project: str) -> dict[str, Any]:
    columns = [row._asdict() for row in connection.execute(COLUMNS, [project])]
    by_column: dict[Any, list[dict[str, Any]]] = {column["id"]: [] for column in columns}
    shown = set()
    for row in connection.execute(CARDS, [MOST, project]):
        by_column[row.status_id].append(row._asdict())
        shown.add(row.assignee_id)
    for column in columns:
        limit = column["wip_limit"]
        column["is_over_limit"] = bool(limit and column["count"] > limit)
        column["tasks"] = by_column[column["id"]]
    people = connection.execute(PEOPLE, [sorted(shown - {None})])
    labels = connection.execute(LABELS, [project])
    return {
        "columns": columns,
        "people": [row._asdict() for row in people],
        "labels": [row._asdict() for row in labels],
    }
