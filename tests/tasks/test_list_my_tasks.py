"""Tasks of several projects: one's own by due date, those of a workspace by their last change."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.models import Project, Visibility
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.tasks import create_task, delete_task, transition_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import task_document


@pytest.fixture
def mine(cast: Cast) -> dict[str, Task]:
    """Max's tasks in two projects, and one of nobody."""
    other = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Other", team_members=[cast.max]
    )
    here: dict[str, Any] = {"actor": by(cast.lea), "project": cast.project, "assignee": cast.max}
    there: dict[str, Any] = {"actor": by(cast.ada), "project": other, "assignee": cast.max}
    create_task(actor=by(cast.lea), project=cast.project, title="Nobody's")
    return {
        "some day": create_task(**here, title="some day"),
        "later": create_task(**here, title="later", due_date=date(2030, 1, 2), type="BUG"),
        "first": create_task(**there, title="first", due_date=date(2030, 1, 1)),
        "done": create_task(**here, title="done", due_date=date(2029, 1, 1)),
    }


def titles(person: Any, path: str) -> list[str]:
    return [task["title"] for task in client_of(person).ask("GET", f"/api/tasks/{path}")["data"]]


def test_my_open_tasks_are_listed_by_due_date(cast: Cast, mine: dict[str, Task]) -> None:
    done = cast.project.statuses.get(key="DONE")
    transition_task(actor=by(cast.max), task=mine["done"], status=done)
    assert titles(cast.max, "mine") == ["first", "later", "some day"]
    assert titles(cast.max, "mine?ordering=-due_date") == ["some day", "later", "first"]
    assert titles(cast.max, "mine?type=BUG") == ["later"]
    assert titles(cast.max, f"mine?workspace={cast.workspace.pk}&due_before=2030-01-01") == [
        "first"
    ]
    assert titles(cast.lea, "mine") == []
    first, *_ = client_of(cast.max).ask("GET", "/api/tasks/mine")["data"]
    assert first == task_document(mine["first"], cast.max)


def test_tasks_that_may_not_be_read_are_nobodys_own(cast: Cast, mine: dict[str, Task]) -> None:
    Project.objects.filter(pk=mine["first"].project_id).update(visibility=Visibility.PRIVATE)
    mine["first"].project.memberships.filter(user=cast.max).delete()
    delete_task(actor=by(cast.lea), task=mine["later"])
    assert titles(cast.max, "mine") == ["done", "some day"]
    assert "first" not in titles(cast.max, f"recent?workspace={cast.workspace.pk}")
    client_of(cast.max).ask("GET", f"/api/tasks/mine?workspace={cast.elsewhere.pk}", status=403)


def test_tasks_changed_last_are_listed_first(cast: Cast, mine: dict[str, Task]) -> None:
    update_task(actor=by(cast.max), task=mine["some day"], changes={"title": "Today"})
    path = f"recent?workspace={cast.workspace.pk}"
    assert titles(cast.moe, path)[:2] == ["Today", "done"]
    assert titles(cast.moe, f"{path}&created_by={cast.ada.pk}") == ["first"]
    client_of(cast.max).ask("GET", "/api/tasks/recent", status=400)
    client_of(cast.sam).ask("GET", f"/api/tasks/{path}", status=403)


def test_what_is_overdue_follows_the_persons_day(cast: Cast, mine: dict[str, Task]) -> None:
    """In Kiritimati the day begins 26 hours before that of Baker Island."""
    now = timezone.now()
    lately = {"due_date": (now - timedelta(hours=2)).date()}
    update_task(actor=by(cast.lea), task=mine["done"], changes=lately)
    late: dict[str, Any] = {}
    for zone in ("Etc/GMT+12", "Etc/GMT-14"):
        cast.max.time_zone = zone
        cast.max.save()
        late[zone] = titles(cast.max, "mine?overdue=true")
        assert len(late[zone] + titles(cast.max, "mine?overdue=false")) == 4
    assert late["Etc/GMT-14"] == ["done"] or now.hour < 10
    assert len(late["Etc/GMT-14"]) >= len(late["Etc/GMT+12"])


def test_the_tag_of_what_is_overdue_changes_with_the_day(cast: Cast, mine: dict[str, Task]) -> None:
    client, project = client_of(cast.max), f"/api/projects/{cast.project.pk}"
    recent = f"/api/tasks/recent?workspace={cast.workspace.pk}&overdue=false"
    lists = [f"{project}/tasks?overdue=false", f"{project}/board?overdue=false", recent]
    tags = {}
    for zone in ("Etc/GMT+12", "Etc/GMT-14"):
        type(cast.max).objects.filter(pk=cast.max.pk).update(time_zone=zone)
        tags[zone] = [client.get(path)["ETag"] for path in (*lists, f"{project}/tasks")]
    pairs = list(zip(*tags.values(), strict=True))
    assert [first == second for first, second in pairs] == [False, False, False, True]


def test_my_tasks_cost_the_same_for_one_and_for_many(cast: Cast, mine: dict[str, Task]) -> None:
    client = client_of(cast.max)

    def cost(limit: int) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            rows = client.ask("GET", f"/api/tasks/mine?limit={limit}")["data"]
        return len(rows), sum("SAVEPOINT" not in query["sql"] for query in captured)

    cost(1)
    assert cost(1)[1] == cost(4)[1] <= 6


def test_pages_of_my_tasks_follow_the_due_dates(cast: Cast, mine: dict[str, Task]) -> None:
    client, shown, path = client_of(cast.max), [], "/api/tasks/mine?limit=1"
    cursor = ""
    for _ in range(4):
        answer = client.ask("GET", path + cursor)
        shown += [task["title"] for task in answer["data"]]
        cursor = f"&cursor={answer['meta']['next_cursor']}"
    assert shown == ["done", "first", "later", "some day"]
    client.ask("GET", f"{path}&type=BUG{cursor}", status=400)
