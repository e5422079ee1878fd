"""The read path: documents declared like serializers, made of rows of columns."""

from collections.abc import Sequence
from typing import ClassVar

import orjson
import pytest
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.test.utils import CaptureQueriesContext
from rest_framework import serializers

from config.postgresql.connections import PoolerCursor
from core.documents.columns import Column as Fact
from core.documents.fields import Count, Derived, Document
from core.documents.reading import show
from core.documents.selection import bind
from core.documents.truncation import Limits, Many
from projects.models import Status
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast
from workspaces.models import Workspace


class Column(Document):
    key = serializers.CharField()
    order = serializers.IntegerField(source="position")

    class Meta:
        model = Status
        also: ClassVar = {"place": "order"}


def facts_of(path: str) -> list[Fact]:
    done = ExpressionWrapper(Q(**{f"{path}category": "TODO"}), BooleanField())
    return [F(f"{path}number"), F(f"{path}assignee_id"), done]


def held(number: int, assignee: str | None, is_open: object) -> dict[str, object]:
    return {"number": number, "none": assignee is None, "open": is_open}


class Below(Document):
    title = serializers.CharField()

    class Meta:
        model = Task


class Job(Document):
    title = serializers.CharField()
    status = Column()
    above = serializers.UUIDField(source="parent_id", allow_null=True)
    maker = serializers.CharField(source="created_by.name")
    holder = Derived(held, facts_of, {"type": "object"})

    class Meta:
        model = Task


Job.embed("siblings", Count(lambda job: Task.objects.filter(parent=job)))
Job.embed(
    "below",
    Many(Below, "parent", Task.objects.all, "-number", order="number", limits=Limits(2, 99)),
    on_request=True,
)


def shown(count: int = 9, *, include: Sequence[str] = ()) -> list[dict[str, object]]:
    rows = Task.objects.order_by("-number")[:count]
    found = show(Job, bind(rows), order="-number", include=frozenset(include))
    return [orjson.loads(bytes_of(row.document)) for row in found]


def bytes_of(document: orjson.Fragment) -> bytes:
    return orjson.dumps(document)


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    return [create_task(actor=by(cast.lea), project=cast.project, title=title) for title in "abc"]


COLUMN = {"key": "TODO", "order": 0, "place": 0}


def test_a_document_follows_its_declaration(tasks: list[Task]) -> None:
    holder = {"number": 3, "none": True, "open": True}
    expected: dict[str, object] = {
        "title": "c",
        "status": COLUMN,
        "above": None,
        "maker": "Lea",
        "siblings": 0,
    }
    expected["holder"] = holder
    assert shown(1) == [expected]


def test_embedded_lists_are_cut_and_sorted(tasks: list[Task]) -> None:
    Task.objects.exclude(pk=tasks[0].pk).update(parent=tasks[0])
    last = create_task(actor=by(tasks[0].created_by), project=tasks[0].project, title="d")
    Task.objects.filter(pk=last.pk).update(parent=tasks[0])
    below = {str(job["title"]): job["below"] for job in shown(include=["below"])}
    assert below == {"a": [{"title": "c"}, {"title": "d"}], "b": [], "c": [], "d": []}


def test_an_embed_on_request_shows_only_if_asked_for(tasks: list[Task]) -> None:
    [job] = shown(1)
    assert "below" not in job


def test_rows_keep_the_order_asked_for(tasks: list[Task]) -> None:
    assert [job["title"] for job in shown()] == ["c", "b", "a"]
    rows = show(Job, bind(Task.objects.all()), order="number")
    assert [orjson.loads(bytes_of(row.document))["title"] for row in rows] == ["a", "b", "c"]


def test_any_number_of_rows_is_one_query_and_one_for_lists_that_have_any(
    tasks: list[Task],
) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert [job["below"] for job in shown(include=["below"])] == [[], [], []]
    assert len(queries) == 1
    Task.objects.exclude(pk=tasks[0].pk).update(parent=tasks[0])
    with CaptureQueriesContext(connection) as queries:
        shown(include=["below"])
    assert len(queries) == 3  # as full as it may be, so it is counted


def test_no_rows_at_all_need_no_query(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert show(Job, bind(Task.objects.none())) == []
    assert len(queries) == 0


def test_quotes_percents_and_braces_are_only_text(cast: Cast) -> None:
    title = """%s {0} '"; DROP TABLE x; -- \\u0041 \\\\ €"""
    create_task(actor=by(cast.lea), project=cast.project, title=title)
    assert shown(1)[0]["title"] == title


def test_the_version_and_the_place_come_along(tasks: list[Task]) -> None:
    [row] = show(Job, bind(Task.objects.filter(pk=tasks[0].pk)), order="number")
    assert (row.id, row.version, row.place) == (str(tasks[0].pk), 1, 1)
    assert Workspace.objects.count() == 2


def test_a_pooler_reads_the_same(tasks: list[Task], monkeypatch: pytest.MonkeyPatch) -> None:
    before = shown(1, include=["below"])
    monkeypatch.setattr(connection.connection, "cursor_factory", PoolerCursor)
    monkeypatch.setattr(connection.connection, "closed_cursors", [])
    assert shown(1, include=["below"]) == before
