"""The rows of an import, some hundreds at a time, in the order in which they become tasks."""

from itertools import accumulate, takewhile
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q

from imports.services.imports import AT_ONCE, MOST_BYTES, Import
from jobs.registry import Json


class Staged(NamedTuple):
    """The columns of an `ImportRow` that becomes a task; model instances take ten times as long."""

    pk: UUID
    number: int
    external_id: str
    content: Json
    level: int
    parent_task_id: UUID | None


def next_chunk(this: Import, position: Json) -> list[Staged]:
    """The next rows that become tasks, those above before their parts; none after the last.

    No more than AT_ONCE, nor much more than MOST_BYTES.
    """
    _plan_anew()
    rows = this.new_rows()
    if position.get("after"):
        level, number = position["after"]
        rows = rows.filter(Q(level=level, number__gt=number) | Q(level__gt=level))
        rows = rows.filter(level__gte=level)
    rows = rows.order_by("level", "number")[:AT_ONCE]
    sizes = list(rows.values_list("size", flat=True))
    fitting = sum(1 for _ in takewhile(lambda size: size <= MOST_BYTES, accumulate(sizes)))
    chosen = rows[: max(fitting, 1)] if sizes else rows.none()
    return [Staged(*values) for values in chosen.values_list(*Staged._fields)]


def after(rows: list[Staged]) -> Any:
    """Where the chunk after this one begins."""
    return [rows[-1].level, rows[-1].number]


def _plan_anew() -> None:
    """Have PostgreSQL plan again what it does in this session, such as its checks of foreign keys.

    In a plan made when there were a few tasks, a check reads all of a workspace's: without
    statistics, which a new table gets after a minute, it is kept while they become thousands.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
