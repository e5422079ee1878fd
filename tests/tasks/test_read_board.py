"""The board of a project: columns with their first tasks."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Visibility
from tasks.models import Task
from tasks.services.labels import add_label
from tasks.services.moves import Place, move_task
from tasks.services.tasks import create_task, transition_task
from tests.support.actors import by
from tests.support.bulk import tasks_with
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.threads import times


def board(cast: Cast, query: str = "", status: int = 200, **headers: str) -> Any:
    path = f"/api/projects/{cast.project.pk}/board{query}"
    return client_of(cast.moe).ask("GET", path, status=status, **headers)


def titles(shown: Any) -> dict[str, list[str]]:
    columns = shown["data"]["columns"]
    return {column["key"]: [task["title"] for task in column["tasks"]] for column in columns}


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    red = add_label(actor=by(cast.moe), project=cast.project, name="Red")
    made = [
        create_task(
            actor=by(cast.moe),
            project=cast.project,
            title=title,
            labels=[red] if title == "a" else [],
            assignee=cast.max if title == "b" else None,
        )
        for title in "abcd"
    ]
    done = cast.project.statuses.get(key="DONE")
    transition_task(actor=by(cast.moe), task=made[3], status=done)
    return made


def test_read_board_shows_columns_in_order_with_their_tasks(cast: Cast, tasks: list[Task]) -> None:
    move_task(actor=by(cast.moe), task=tasks[2], place=Place(order=0))
    shown = board(cast)
    assert titles(shown) == {"TODO": ["c", "a", "b"], "IN_PROGRESS": [], "DONE": ["d"]}
    first = shown["data"]["columns"][0]
    assert {key: first[key] for key in ("key", "count", "wip_limit", "is_over_limit")} == {
        "key": "TODO",
        "count": 3,
        "wip_limit": None,
        "is_over_limit": False,
    }
    red = cast.project.labels.get()
    assert shown["data"]["labels"] == [{"id": str(red.pk), "name": "Red", "color": "#6b7280"}]
    person = {"id": str(cast.max.pk), "name": "Max", "image": cast.max.avatar_url}
    assert shown["data"]["people"] == [person]
    assert first["tasks"][1]["label_ids"] == [str(red.pk)]
    assert first["tasks"][2]["assignee_id"] == str(cast.max.pk)


def test_a_card_shows_what_the_task_shows(cast: Cast, tasks: list[Task]) -> None:
    card = board(cast)["data"]["columns"][0]["tasks"][0]
    whole = client_of(cast.moe).ask("GET", f"/api/tasks/{tasks[0].pk}")["data"]
    label_ids = card.pop("label_ids")
    assert card == {key: whole[key] for key in card}
    assert label_ids == [label["id"] for label in whole["labels"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?label=red", ["a"]),
        ("?assignee=none&limit=1", ["a"]),
        ("?status=done", []),
        ("?label=unknown", []),
        ("?parent=none", ["a", "b", "c"]),
    ],
)
def test_a_board_is_narrowed_by_the_filters_of_lists(
    cast: Cast, tasks: list[Task], query: str, expected: list[str]
) -> None:
    shown = board(cast, query)
    assert titles(shown)["TODO"] == expected
    count = {"?assignee=none&limit=1": 2}.get(query, len(expected))
    assert shown["data"]["columns"][0]["count"] == count


@pytest.mark.parametrize(
    "query", ["?limit=0", "?limit=1000000000", "?cursor=x", "?ordering=title", "?x=1"]
)
def test_a_board_refuses_other_parameters(cast: Cast, query: str) -> None:
    assert board(cast, query, 400)["code"] == "invalid"


def test_a_column_with_more_tasks_than_its_limit_says_so(cast: Cast, tasks: list[Task]) -> None:
    column = cast.project.statuses.get(key="TODO")
    path = f"/api/projects/{cast.project.pk}/statuses/{column.pk}"
    for limit, expected in ((2, True), (3, False)):
        client_of(cast.lea).ask("PATCH", path, {"wip_limit": limit})
        for query in ("", "?limit=1", "?label=red"):
            assert board(cast, query)["data"]["columns"][0]["is_over_limit"] is expected, query


def test_a_board_costs_the_same_for_one_task_and_for_many(cast: Cast, tasks: list[Task]) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            board(cast, "?limit=200")
        return len(seen)

    few = statements()
    tasks_with(cast, [""] * 150)
    assert statements() == few


def test_an_unchanged_board_is_not_sent_again(cast: Cast, tasks: list[Task]) -> None:
    path = f"/api/projects/{cast.project.pk}/board"
    client = client_of(cast.moe)
    tag = client.get(path)["ETag"]
    client.ask("GET", path, status=304, **{"If-None-Match": tag})


def test_a_board_has_the_tag_of_before_it_was_read(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    """A column gets another name between two statements: the answer must not pass for current."""
    path = f"/api/projects/{cast.project.pk}"
    client, lea = client_of(cast.moe), client_of(cast.lea)
    create_task(actor=by(cast.moe), project=cast.project, title="Oil")
    column = cast.project.statuses.get(key="TODO")
    renamed: list[Any] = []

    def rename(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if "board_column" in sql and not renamed:
            body = {"name": "Renamed"}
            renamed.append(True)
            times(1, lambda _: lea.ask("PATCH", f"{path}/statuses/{column.pk}", body))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(rename):
        answer = client.get(f"{path}/board")
    assert renamed
    now = client.get(f"{path}/board", headers={"If-None-Match": answer["ETag"]})
    assert (now.status_code, b"Renamed" in now.content) == (200, True)


def test_a_board_of_a_hidden_project_is_shown_to_nobody_outside(cast: Cast) -> None:
    cast.project.visibility = Visibility.PRIVATE
    cast.project.save()
    board(cast, status=404)
