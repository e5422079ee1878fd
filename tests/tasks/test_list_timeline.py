"""Lists of the tasks that are planned for some days, as a timeline or a calendar shows them."""

from datetime import date
from typing import Any

import pytest

from tasks.models import Task
from tasks.services.tasks import create_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of

SPANS = {
    "long": (date(2030, 1, 1), date(2030, 1, 31)),
    "week": (date(2030, 1, 7), date(2030, 1, 13)),
    "starts": (date(2030, 1, 10), None),
    "due": (None, date(2030, 1, 20)),
    "never": (None, None),
}


@pytest.fixture(autouse=True)
def planned(cast: Cast) -> dict[str, Task]:
    """Tasks with both dates, with one of them, and with neither."""
    return {
        title: create_task(
            actor=by(cast.moe),
            project=cast.project,
            title=title,
            assignee=cast.max,
            start_date=start,
            due_date=due,
        )
        for title, (start, due) in SPANS.items()
    }


def found(cast: Cast, query: str, path: str = "") -> set[str]:
    path = path or f"/api/projects/{cast.project.pk}/tasks"
    shown = client_of(cast.max).ask("GET", f"{path}?{query}")["data"]
    tasks = shown if isinstance(shown, list) else shown["columns"][0]["tasks"]
    return {task["title"] for task in tasks}


@pytest.mark.parametrize(
    ("after", "before", "expected"),
    [
        ("2030-01-07", "2030-01-07", {"long", "week"}),
        ("2030-01-10", "2030-01-10", {"long", "week", "starts"}),
        ("2030-01-13", "2030-01-19", {"long", "week"}),
        ("2030-01-14", "2030-01-20", {"long", "due"}),
        ("2030-01-11", "2030-01-12", {"long", "week"}),
        ("2029-12-01", "2029-12-31", set()),
        ("2030-02-01", "2030-02-28", set()),
        ("2030-01-31", "", {"long"}),
        ("2030-01-14", "", {"long", "due"}),
        ("", "2030-01-09", {"long", "week"}),
        ("", "2030-01-01", {"long"}),
        ("0001-01-01", "9999-12-31", {"long", "week", "starts", "due"}),
    ],
)
def test_a_timeline_has_the_tasks_that_share_a_day_with_it(
    cast: Cast, after: str, before: str, expected: set[str]
) -> None:
    query = f"planned_after={after}&planned_before={before}"
    assert found(cast, query) == expected


@pytest.mark.parametrize("place", ["/api/projects/{}/board", "/api/tasks/mine"])
def test_boards_and_lists_of_several_projects_have_timelines(cast: Cast, place: str) -> None:
    path = place.format(cast.project.pk)
    assert found(cast, "planned_after=2030-01-14&planned_before=2030-01-20", path) == {
        "long",
        "due",
    }


def test_the_tasks_of_a_workspace_have_a_timeline(cast: Cast) -> None:
    query = f"planned_before=2030-01-01&workspace={cast.workspace.pk}"
    assert found(cast, query, "/api/tasks/recent") == {"long"}


def test_a_task_that_is_planned_anew_changes_its_place(
    cast: Cast, planned: dict[str, Task]
) -> None:
    changes = {"start_date": None, "due_date": date(2031, 5, 1)}
    update_task(actor=by(cast.moe), task=planned["long"], changes=changes)
    assert found(cast, "planned_before=2030-01-09") == {"week"}
    assert found(cast, "planned_after=2031-05-01") == {"long"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("planned_after=2030-01-08&planned_before=2030-01-07", "planned_before"),
        ("planned_after=0000-01-01", "planned_after"),
        ("planned_before=10000-01-01", "planned_before"),
        ("planned_before=01/02/2030", "planned_before"),
        ("planned_after=2030-01-08T00:00:00Z", "planned_after"),
        ("planned_after=" + 5_000 * "9", "planned_after"),
        ("planned_after=%00", "planned_after"),
        ("planned_after=%ED%A0%80", "planned_after"),
    ],
)
def test_a_timeline_is_refused_unless_its_bounds_are_days_in_order(
    cast: Cast, query: str, field: str
) -> None:
    for end in ("tasks", "board"):
        path = f"/api/projects/{cast.project.pk}/{end}?{query}"
        answer: Any = client_of(cast.max).ask("GET", path, status=400)
        assert (answer["code"], list(answer["errors"])) == ("invalid", [field])


def test_a_saved_filter_holds_a_timeline_in_order_only(cast: Cast) -> None:
    path = f"/api/projects/{cast.project.pk}/filters"
    days = {"planned_after": "2030-01-14", "planned_before": "2030-01-20"}
    saved = client_of(cast.max).ask("POST", path, {"name": "Then", "parameters": days}, status=201)[
        "data"
    ]
    assert found(cast, f"filter={saved['id']}") == {"long", "due"}
    turned = {"planned_after": "2030-01-21", "planned_before": "2030-01-20"}
    client_of(cast.max).ask("POST", path, {"name": "Never", "parameters": turned}, status=400)
