"""What PostgreSQL reads for a request: the plans of its statements, run as they are."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, NamedTuple, cast

from django.db import connection
from psycopg import ClientCursor

from dev.demo.scale import People
from projects.models import Project
from tests.support.many_tasks import matches

TASKS = "tasks_task"
ORDERINGS = ("created_at", "updated_at", "number", "title", "due_date", "priority")
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS OFF, FORMAT JSON) "
PAGE = 50
MORE = 100
RARE = 1000
SLOWEST = 50.0
"""Milliseconds for a value that is neither rare nor common."""
Node = dict[str, Any]
Ask = Callable[[str], dict[str, Any]]
"""Returns the body of the answer to GET of a path."""


class Work(NamedTuple):
    """Of one request: rows of a table read, the largest input of a Sort, milliseconds."""

    rows: float
    largest_sort: float
    milliseconds: float


class Check(NamedTuple):
    """A request, how many tasks match its filter, and what PostgreSQL did for it."""

    query: str
    matches: int
    shown: int
    work: Work

    def exceeds(self, live: int) -> bool:
        """Whether it reads, sorts or takes too much in a project with so many tasks.

        A common value is one of a tenth of the tasks: what is read follows from what is shown. A
        rare one is one of RARE tasks at most: it follows from what matches.
        """
        page = PAGE + 1
        if self.matches * 10 >= live:
            return self.work.rows > 10 * self.shown or self.work.largest_sort > page
        if self.matches <= RARE:
            largest = max(page, self.matches)
            return self.work.rows > self.matches + MORE or self.work.largest_sort > largest
        return self.work.milliseconds > SLOWEST


def checks(
    ask: Ask, project: Project, people: People, *, in_full: bool, is_generic: bool = False
) -> Iterator[Check]:
    """Each filter in each order both ways, else in two of them; first page and the one after it."""
    orders = [f"{sign}{name}" for name in ORDERINGS for sign in ("", "-")]
    for number, (query, found) in enumerate(matches(project, people).items()):
        turn = 5 * number
        for order in orders if in_full else (orders[turn % 12], orders[(turn + 7) % 12]):
            path = f"/api/projects/{project.pk}/tasks?limit={PAGE}&ordering={order}&{query}"
            for asked, shown, work in _pages(ask, path, is_generic=is_generic):
                yield Check(asked, found, shown, work)


def _pages(ask: Ask, path: str, *, is_generic: bool) -> Iterator[tuple[str, int, Work]]:
    cursor = ""
    for _ in range(2):
        answer, work = _explained_page(ask, path + cursor, is_generic=is_generic)
        yield path + cursor[:8], len(answer["data"]), work
        if not (following := answer["meta"]["next_cursor"]):
            break
        cursor = f"&cursor={following}"


def _explained_page(ask: Ask, path: str, *, is_generic: bool) -> tuple[dict[str, Any], Work]:
    """The answer and what was done for it; asked again if it took long, as on a busy machine."""
    for _ in range(3):
        with explained(TASKS, is_generic=is_generic) as plans:
            answer = ask(path)
        work = work_in(plans, TASKS)
        if work.milliseconds <= SLOWEST:
            break
    return answer, work


@contextmanager
def explained(table: str, *, is_generic: bool = False) -> Iterator[list[Node]]:
    """Collect the plans of the block's statements that name the table, with what they did.

    With `is_generic` as PostgreSQL plans a prepared statement: without regard to its parameters.
    """
    plans: list[Node] = []

    def explain(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if table in sql:
            # Past Django, to which it would be a statement of the request.
            with ClientCursor(context["connection"].connection) as cursor:
                plans.append((_plan_of_any if is_generic else _plan)(cursor, sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield plans


def _plan(cursor: ClientCursor[Any], sql: str, params: Any) -> Node:
    [[[plan]]] = cursor.execute(EXPLAIN + sql, params).fetchall()
    return cast("Node", plan)


def _plan_of_any(cursor: ClientCursor[Any], sql: str, params: Any) -> Node:
    numbers = count(1)
    numbered = re.sub("%s", lambda _: f"${next(numbers)}", sql).replace("%%", "%")
    cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    cursor.execute(f"PREPARE explained AS {numbered}")
    values = f" ({', '.join(['%s'] * len(params))})" if params else ""
    plan = _plan(cursor, f"EXECUTE explained{values}", params)
    cursor.execute("DEALLOCATE explained")
    cursor.execute("SET LOCAL plan_cache_mode = auto")
    return plan


def indexes_in(plans: list[Node], table: str) -> list[str]:
    """The names of the indexes through which the table is read."""
    nodes = [node for plan in plans for node in _nodes(plan["Plan"])]
    scans = [each for node in nodes if node.get("Relation Name") == table for each in _nodes(node)]
    return [node["Index Name"] for node in scans if "Index Name" in node]


def work_in(plans: list[Node], table: str) -> Work:
    nodes = [node for plan in plans for node in _nodes(plan["Plan"])]
    sorts = [node["Plans"][0] for node in nodes if "Sort" in node["Node Type"]]
    return Work(
        rows=sum(_read(node) for node in nodes if node.get("Relation Name") == table),
        largest_sort=max((node["Actual Rows"] * node["Actual Loops"] for node in sorts), default=0),
        milliseconds=sum(plan["Execution Time"] for plan in plans),
    )


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _read(node: Node) -> float:
    """The rows a scan has read, also those it did not return."""
    removed = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    rows = node["Actual Rows"] + sum(node.get(name, 0) for name in removed)
    return float(rows * node["Actual Loops"])
