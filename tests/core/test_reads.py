"""The read path: documents declared like serializers, built by PostgreSQL."""

from collections.abc import Sequence
from typing import ClassVar

import orjson
import pytest
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.test.utils import CaptureQueriesContext
from rest_framework import serializers

from core.documents.compiled import bind
from core.documents.computed import Derived, Fact
from core.documents.fields import Count, Document, show
from core.documents.truncation import Many
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


def held(number: str, assignee: str, is_open: str) -> dict[str, object]:
    return {"number": number, "none": not assignee, "open": is_open == "t"}


class Job(Document):
    title = serializers.CharField()
    status = Column()
    above = serializers.UUIDField(source="parent_id", allow_null=True)
    maker = serializers.CharField(source="created_by.name")
    holder = Derived("holder", held, facts_of, {"type": "object"})

    class Meta:
        model = Task


Job.embed("siblings", Count(lambda job: Task.objects.filter(parent=job)))
Job.embed(
    "columns",
    Many(Column, lambda job: Status.objects.filter(tasks=job), "position", most=9, item=99),
    on_request=True,
)


def shown(count: int = 9, *, include: Sequence[str] = ()) -> list[dict[str, object]]:
    rows = Task.objects.order_by("-number")[:count]
    return [orjson.loads(bytes_of(row.document)) for row in show(Job, bind(rows), include=include)]


def bytes_of(document: orjson.Fragment) -> bytes:
    return orjson.dumps(document)


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    return [create_task(actor=by(cast.lea), project=cast.project, title=title) for title in "abc"]


COLUMN = {"key": "TODO", "order": 0, "place": 0}


def test_a_document_follows_its_declaration(tasks: list[Task]) -> None:
    holder = {"number": "3", "none": True, "open": True}
    expected: dict[str, object] = {
        "title": "c",
        "status": COLUMN,
        "above": None,
        "maker": "Lea",
        "siblings": 0,
    }
    expected["holder"] = holder
    assert shown(1) == [expected]


def test_an_embed_on_request_shows_if_asked_for(tasks: list[Task]) -> None:
    [job] = shown(1, include=["columns"])
    assert job["columns"] == [COLUMN]


def test_rows_keep_the_order_of_their_query(tasks: list[Task]) -> None:
    assert [job["title"] for job in shown()] == ["c", "b", "a"]
    distinct = Task.objects.order_by("-number").distinct()
    titles = [orjson.loads(bytes_of(row.document))["title"] for row in show(Job, bind(distinct))]
    assert titles == ["c", "b", "a"]


def test_what_python_derives_is_put_into_the_document(tasks: list[Task]) -> None:
    [job] = shown(1, include=["columns"])
    assert job["holder"] == {"number": "3", "none": True, "open": True}


def test_nobody_can_write_what_is_to_be_derived(cast: Cast) -> None:
    title = "\x01holder|9||t\x01"
    create_task(actor=by(cast.lea), project=cast.project, title=title)
    [job] = shown(1)
    assert job["title"] == title
    assert job["holder"] == {"number": "1", "none": True, "open": True}


def test_any_number_of_rows_is_one_query(tasks: list[Task]) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert len(shown(include=["columns"])) == 3
    assert len(queries) == 1


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
    assert (row.id, row.version, row.place) == (str(tasks[0].pk), 1, "1")
    assert Workspace.objects.count() == 2
