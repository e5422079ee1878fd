"""Boards of the past: the first tasks that stood in each column, ranked by PostgreSQL.

So a project may have any number of tasks: only those that are shown are read.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from activity.services.past import ABOUT_TASKS, Olds, olds_in
from activity.services.past_projects import ProjectThen
from core.actor import Actor
from core.models import as_event_value
from projects.models import Project
from tasks.models import Task

NAMES = (
    *("id", "number", "title", "type", "priority", "assignee", "parent", "position"),
    *("estimate_minutes", "start_date", "due_date"),
)
"""What a card shows of a row; where an event tells what it was, that."""
COLUMNS = ", ".join(
    f"task.{name}_id" if name in ("assignee", "parent") else f"task.{name}" for name in NAMES
)
BOARD = """
WITH walked AS MATERIALIZED (
    SELECT task_id, seq, action, changes, past_values FROM activity_event
    WHERE project_id = %(project)s AND seq > %(seq)s AND entity = 'task'
    AND action NOT IN ('watched', 'unwatched', 'related', 'unrelated')
    UNION ALL
    SELECT task_id, seq, 'left', '{}', past_values FROM activity_event
    WHERE former_project_id = %(project)s AND seq > %(seq)s
), ABOUT_TASKS, leaving AS (
    SELECT min(seq) AS seq, min((past_values ->> 'left_at')::timestamptz) AS left_at
    FROM activity_event
    WHERE project_id = %(project)s AND seq > %(seq)s AND entity = 'column' AND action = 'deleted'
), UNTOUCHED, placed AS (
    SELECT id, NULL::jsonb AS olds, place, key FROM untouched
    UNION ALL
    SELECT task.id, olds, coalesce((olds -> 'position' ->> 1)::bigint, task.position), coalesce(
        CASE WHEN leaving.seq IS NULL OR (olds -> 'status' ->> 0)::bigint < leaving.seq
        THEN olds -> 'status' ->> 1 END,
        FORMER_STATUS, status.key
    )
    FROM olds JOIN tasks_task AS task ON task.id = task_id
    JOIN projects_status AS status ON status.id = task.status_id, leaving
    WHERE task.project_id = ANY(%(readable)s) AND CASE olds -> 'action' ->> 1
    WHEN 'left' THEN true WHEN 'deleted' THEN true WHEN 'created' THEN false
    WHEN 'transferred' THEN false WHEN 'restored' THEN false
    ELSE task.deleted_at IS NULL AND task.project_id = %(project)s END
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY key ORDER BY place, id) AS rank,
    count(olds) OVER (PARTITION BY key) AS touched FROM placed
)
SELECT COLUMNS, ranked.key, ranked.touched + coalesce(totals.untouched, 0), ranked.olds,
    task.deleted_at IS NOT NULL, ARRAY(
        SELECT label_id FROM tasks_tasklabel WHERE task_id = task.id ORDER BY created_at, id
    ), leaving.seq IS NOT NULL
FROM ranked JOIN tasks_task AS task ON task.id = ranked.id
LEFT JOIN totals ON totals.key = ranked.key, leaving
WHERE rank <= %(limit)s ORDER BY rank
"""
# The status of a task that went with its deleted column is in no event, but in its history: the
# earliest change since the first such column was left.
FORMER_STATUS = """(
    SELECT source FROM tasks_statuschange
    WHERE task_id = task.id AND created_at >= leaving.left_at ORDER BY created_at LIMIT 1
)"""
STILL_THERE = """
untouched AS (
    SELECT task.id, task.position AS place, status.key
    FROM projects_status AS status, LATERAL (
        SELECT id, position FROM tasks_task
        WHERE status_id = status.id AND deleted_at IS NULL
        AND id NOT IN (SELECT task_id FROM olds) ORDER BY position LIMIT %(limit)s
    ) AS task WHERE status.project_id = %(project)s
), totals AS (
    SELECT status.key, count(*) AS untouched
    FROM tasks_task AS task JOIN projects_status AS status ON status.id = task.status_id
    WHERE task.project_id = %(project)s AND task.deleted_at IS NULL
    AND task.id NOT IN (SELECT task_id FROM olds) GROUP BY status.key
)
"""
"""The tasks of which no event tells, in the columns in which they are today: the first of them."""
WENT_WITH_COLUMNS = """
untouched AS MATERIALIZED (
    SELECT task.id, task.position AS place, coalesce(FORMER_STATUS, status.key) AS key
    FROM tasks_task AS task JOIN projects_status AS status ON status.id = task.status_id, leaving
    WHERE task.project_id = %(project)s AND task.deleted_at IS NULL
    AND task.id NOT IN (SELECT task_id FROM olds)
), totals AS (SELECT key, count(*) AS untouched FROM untouched GROUP BY key)
"""
"""All of them, where they were before columns were deleted."""


def _filled_in(untouched: str) -> str:
    sql = BOARD.replace("ABOUT_TASKS", ABOUT_TASKS).replace("UNTOUCHED", untouched)
    return sql.replace("FORMER_STATUS", FORMER_STATUS).replace("COLUMNS", COLUMNS)


NO_COLUMN_LEFT, COLUMNS_LEFT = map(_filled_in, (STILL_THERE, WENT_WITH_COLUMNS))


class Card(NamedTuple):
    """A task that stood on the board: its values of NAMES then, and what they depend on."""

    values: dict[str, Any]
    key: str
    total: int
    """How many tasks stood in its column."""
    olds: Olds
    is_deleted: bool
    labels: list[str]


class Shown(NamedTuple):
    """A board as it was; people and labels that its cards name. `is_whole` for all labels known."""

    columns: list[dict[str, Any]]
    people: list[dict[str, Any]]
    labels: list[dict[str, Any]]
    is_whole: bool


class Seen(NamedTuple):
    """What the person may see today of the tasks on the board."""

    people: Mapping[str, dict[str, Any]]
    """By key."""
    alive: frozenset[str]
    titled: frozenset[str]
    """Deleted ones that the person may restore as well."""


def cards_then(actor: Actor, project: Project, *, seq: int, limit: int) -> list[Card]:
    """The first tasks that stood in each column after the event with this number, in order.

    To be read before the project: what happens in between is then undone there once more.
    """
    readable = Project.objects.reachable_by(actor).filter(workspace=project.workspace_id)
    values: dict[str, Any] = {"project": project.pk, "seq": seq, "limit": limit}
    values["readable"] = list(readable.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(NO_COLUMN_LEFT, values)
        rows = cursor.fetchall()
        if any(has_left for *_, has_left in rows[:1]):
            cursor.execute(COLUMNS_LEFT, values)
            rows = cursor.fetchall()
    return [_card(row) for row in rows]


def board_then(actor: Actor, project: Project, then: ProjectThen, cards: Sequence[Card]) -> Shown:
    """The board with these cards, as far as the person may see it."""
    seen = _seen(actor, cards)
    shown = [_shown(card, project, then, seen) for card in cards]
    named = {one["assignee_id"] for one, _ in shown}
    return Shown(
        columns=_filled(then, cards, [one for one, _ in shown]),
        people=[one for one in seen.people.values() if one["id"] in named],
        labels=_by_name({"id": pk, **label} for pk, label in then.labels.items()),
        is_whole=all(is_whole for _, is_whole in shown),
    )


def _card(row: Sequence[Any]) -> Card:
    *values, key, total, text, is_deleted, labels, _ = row
    olds = olds_in(text)
    today = {name: _plain(value) for name, value in zip(NAMES, values, strict=True)}
    was = {name: olds[name][1] for name in NAMES if name in olds}
    return Card(today | was, key, total, olds, is_deleted, [str(each) for each in labels])


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else as_event_value(value)


def _seen(actor: Actor, cards: Sequence[Card]) -> Seen:
    """By as many statements for one task as for many."""
    people = {card.values["assignee"] for card in cards} - {None}
    found = User.objects.filter(pk__any_of=people).order_by("name", "pk")
    names = found.values_list("pk", "public_id", "name", "avatar_url")
    gone = {card.values["id"] for card in cards if card.is_deleted}
    kept = _ids(Task.objects.restorable_by(actor).filter(pk__any_of=gone))
    parents = {card.values["parent"] for card in cards} - {None}
    # Also what was deleted, and is restored meanwhile.
    alive = _ids(Task.objects.visible_to(actor).filter(pk__any_of=parents | gone))
    return Seen(
        people={str(pk): {"id": key, "name": name, "image": url} for pk, key, name, url in names},
        alive=alive,
        titled=alive | kept,
    )


def _ids(rows: QuerySet[Task]) -> frozenset[str]:
    return frozenset(map(str, rows.values_list("pk", flat=True)))


def _shown(
    card: Card, project: Project, then: ProjectThen, seen: Seen
) -> tuple[dict[str, Any], bool]:
    """The card as it is shown, and whether all of its labels are known."""
    values, (status, _) = dict(card.values), then.column_called(card.key) or (None, {})
    assignee, parent = values.pop("assignee"), values.pop("parent")
    labels, is_whole = then.labels_of(values["id"], card.olds, card.labels)
    hidden = {"title": None, "label_ids": None}
    is_hidden = card.is_deleted and values["id"] not in seen.titled
    shown = {
        **values,
        "key": f"{project.key}-{values['number']}",
        "status_id": status,
        "is_complete": then.is_finished(card.key),
        "assignee_id": seen.people[assignee]["id"] if assignee in seen.people else None,
        "is_blocked": None,
        "parent_id": parent if parent in seen.alive else None,
        "updated_at": None,
        "version": None,
        "label_ids": labels,
    }
    return shown | (hidden if is_hidden else {}), is_whole or is_hidden


def _filled(
    then: ProjectThen, cards: Sequence[Card], shown: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The columns in their order, each with its cards."""
    tasks: dict[str, list[dict[str, Any]]] = {}
    counts = {card.key: card.total for card in cards}
    for card, one in zip(cards, shown, strict=True):
        tasks.setdefault(card.key, []).append(one)
    found = []
    for pk, facts in sorted(then.columns.items(), key=lambda each: each[1]["position"]):
        count, limit = counts.get(facts["key"], 0), facts["wip_limit"]
        full = {"count": count, "is_over_limit": bool(limit and count > limit)}
        cards_here = tasks.get(facts["key"], [])
        found.append({"id": pk, **facts, "version": None, **full, "tasks": cards_here})
    return found


def _by_name(labels: Any) -> list[dict[str, Any]]:
    return sorted(labels, key=lambda label: (label["name"], label["id"]))
