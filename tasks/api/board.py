"""The board of a project: its columns with their first tasks, in one answer.

People and labels stand in it once; tasks name them by id.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from threading import BoundedSemaphore
from typing import Any, ClassVar
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Func, QuerySet, TextField, UUIDField
from django.db.models.functions import Cast
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.etags import is_known
from core.api.pagination import MAX_LIMIT
from core.api.past import is_past_wanted
from core.api.permissions import Can
from core.api.renderers import to_json
from core.documents.conditions import Conditions
from core.documents.reading import Reading
from core.documents.selection import Bound, Selection, select, whole
from core.models import as_uuid
from core.queries import compiled
from projects.models import Project, columns_of
from projects.rights import READ_PROJECT
from tasks.api.cards import Board, BoardColumn, PersonOnBoard, TaskCard
from tasks.api.filters import TaskFilters
from tasks.api.past import AsOf, PastBoard, shown_as_of
from tasks.api.tags import TaggedByDay
from tasks.models import Task, TaskLabel, labels_of

USUAL = 50
"""How many tasks of a column are shown, unless `limit` says."""
COLUMN = "board_column"
PEOPLE = "accounts_user WHERE id = ANY(%s::uuid[]) OR external_id = ANY(%s)"
EACH_COLUMN = f"unnest(%s::uuid[]) AS {COLUMN} (id)"
ASSEMBLING = BoundedSemaphore(2)
"""Boards made at the same time: one of hundreds of tasks takes megabytes, which the process would
keep, and only one thread of it computes while PostgreSQL reads for another."""


class Wanted(AsOf):
    limit = serializers.IntegerField(
        min_value=1,
        max_value=MAX_LIMIT,
        default=USUAL,
        help_text="How many tasks of each column are shown.",
    )


class ProjectBoard(TaggedByDay):
    """The board of a project."""

    document = TaskCard
    action_permissions: ClassVar = {"board": Can(READ_PROJECT)}
    queries: ClassVar = {"board": Wanted}
    filters = TaskFilters
    filtered = ("board",)
    has_list_tag = True
    past_outputs: ClassVar = {"board": PastBoard}

    @extend_schema(responses={200: Board})
    def board(self, request: Request, pk: str) -> Response:
        """All columns, each with its first tasks that pass the filters.

        With `as_of` those of that moment, which cannot be filtered; the answer has no tag then.
        """
        if is_past_wanted(request):
            return shown_as_of("board", self, pk)
        project = as_uuid(pk)
        # Before all that is read: a change in between makes the tag old, never the answer.
        tag = self._current_tag(Project, project)
        # Who has a tag may read the project; finding it records that its workspace was opened.
        if self.actor.unopened or not tag:
            self.find(Project, pk)
        elif is_known(tag, request):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
        conditions, limit = TaskFilters.conditions(request), self.read_query()["limit"]
        with ASSEMBLING:
            board = _board(project, conditions, limit)
        return Response(board, headers={"ETag": tag})


def _board(project: Any, conditions: Conditions, limit: int) -> orjson.Fragment:
    """The JSON of a `Board`; what it is made of is freed here."""
    columns, labels = _columns(project), _labels(project)
    cards = _cards(_first_tasks([UUID(each["id"]) for each in columns], conditions, limit))
    _add_labels(cards, has_any=bool(labels))
    _fill(columns, cards, conditions, limit)
    board = {"columns": columns, "people": _people(cards), "labels": labels}
    return orjson.Fragment(to_json(board))


def _first_tasks(columns: list[UUID], conditions: Conditions, limit: int) -> Bound | None:
    """SQL that selects the ids of so many tasks of each column."""
    each = Selection(tasks_in_column).filter(conditions).bound(by_position)
    if each is None:
        return None
    picked = f"{EACH_COLUMN}, LATERAL ({each.sql} LIMIT %s) AS picked (id)"
    return Bound(select("picked.id", picked), (columns, *each.params, limit))


def _counts(columns: list[str], conditions: Conditions) -> Mapping[str, int]:
    """How many tasks of these columns meet the conditions, by the id of the column."""
    each = Selection(tasks_in_column).filter(conditions).bound(whole) if columns else None
    if each is None:
        return {}
    total = f"({select('count(*)', f'({each.sql}) AS rows')})"
    with connection.cursor() as cursor:
        sql = select(f"{COLUMN}.id::text, {total}", EACH_COLUMN)
        cursor.execute(sql, (*each.params, columns))
        return dict(cursor.fetchall())


def _fill(
    columns: list[dict[str, Any]], cards: list[dict[str, Any]], conditions: Conditions, limit: int
) -> None:
    """Put the tasks into their columns, with how many there are."""
    by_column = defaultdict(list)
    for card in cards:
        by_column[card["status_id"]].append(card)
    full = [column["id"] for column in columns if len(by_column[column["id"]]) == limit]
    counts = _counts(full, conditions)
    limited = [column["id"] for column in columns if column["wip_limit"] and conditions]
    totals = _counts(limited, ())
    for column in columns:
        tasks = by_column[column["id"]]
        column["count"] = counts.get(column["id"], len(tasks))
        total = totals.get(column["id"], column["count"])
        column["is_over_limit"] = bool(column["wip_limit"] and total > column["wip_limit"])
        column["tasks"] = tasks


def _cards(chosen: Bound | None) -> list[dict[str, Any]]:
    reading = Reading(TaskCard, order="position")
    return reading.objects(reading.rows(chosen))


def _columns(project: Any) -> list[dict[str, Any]]:
    reading = Reading(BoardColumn, order="position")
    return reading.objects(reading.rows(Selection(columns_of, project=project).bound(whole)))


def _people(cards: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The assignees of the tasks, once each."""
    shown = sorted({card["assignee_id"] for card in cards} - {None})
    if not shown:
        return []
    reading = Reading(PersonOnBoard, order="name")
    ours = [found for each in shown if (found := as_uuid(each))]
    people = Bound(select("id", PEOPLE), (ours, shown))
    return reading.objects(reading.rows(people))


def _labels(project: Any) -> list[dict[str, Any]]:
    labels = labels_of.rows(project=project)
    return [{"id": str(each.pk), "name": each.name, "color": each.color} for each in labels]


def _add_labels(cards: Iterable[dict[str, Any]], *, has_any: bool) -> None:
    """Add the ids of the labels of each task, in the order in which it was given them."""
    found: dict[str, list[str]] = {}
    for card in cards:
        found[card["id"]] = card["label_ids"] = []
    if has_any and found:
        for task, label in labels_held.rows(tasks=f"{{{','.join(found)}}}"):
            found[task].append(label)


def by_position(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by("position")


@compiled
def tasks_in_column() -> QuerySet[Task]:
    """The tasks of the column that the SQL around it names, such as each of EACH_COLUMN."""
    column = Func(template=f"{COLUMN}.id", output_field=UUIDField())
    return Task.objects.alive().filter(status=column)


@compiled
def labels_held(tasks: Any) -> QuerySet[Any]:
    """Ids of tasks and labels, as text: a board has hundreds, and JSON needs them so."""
    rows = TaskLabel.objects.filter(task__any_of_text=tasks).order_by("created_at", "pk")
    return rows.values_list(Cast("task_id", TextField()), Cast("label_id", TextField()))
