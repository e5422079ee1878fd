"""The numbers of a project and of a workspace, and who may see which."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.days import today_in
from dashboards.services.totals import add_changes
from projects.models import Project, Visibility
from projects.services.deletion import delete_project, restore_project
from projects.services.projects import create_project
from tasks.models import StatusChange, Task
from tasks.services.tasks import create_task, transition_task
from tests.dashboards.counting import as_shown, let_a_week_pass, monday
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.factories import TaskFactory

HOUR = timedelta(hours=1)


def of_project(person: Any, project: Project, query: str = "") -> Any:
    return client_of(person).ask("GET", f"/api/projects/{project.pk}/dashboard{query}")["data"]


def of_workspace(person: Any, cast: Cast, query: str = "") -> Any:
    path = f"/api/dashboard/stats?workspace={cast.workspace.pk}{query}"
    return client_of(person).ask("GET", path)["data"]


def complete(cast: Cast, task: Task) -> None:
    done = task.project.statuses.get(key="DONE")
    transition_task(actor=by(cast.ada), task=task, status=done)


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    """One with an assignee that is late, one urgent, one done."""
    made = [
        TaskFactory.create(project=cast.project, assignee=cast.max, due_date="2026-01-01"),
        TaskFactory.create(project=cast.project, priority="URGENT"),
        TaskFactory.create(project=cast.project, due_date="2026-01-01"),
    ]
    complete(cast, made[2])
    return made


@pytest.mark.parametrize("are_added", [False, True])
def test_dashboard_of_a_project(cast: Cast, tasks: list[Task], *, are_added: bool) -> None:
    if are_added:
        add_changes()
    counts = {"LOW": 0, "MEDIUM": 1, "HIGH": 0, "URGENT": 1}
    flow = {"TODO": 2, "IN_PROGRESS": 0, "DONE": 1, "CLOSED": 0}
    week = {"throughput": 1, "flow": flow, "scope": 3, "completed": 1}
    assert of_project(cast.moe, cast.project, "?weeks=1") == {
        "total": 3,
        "open": 2,
        "completed": 1,
        "overdue": 1,
        "by_status": [
            {"status": "TODO", "category": "TODO", "count": 2},
            {"status": "IN_PROGRESS", "category": "IN_PROGRESS", "count": 0},
            {"status": "DONE", "category": "DONE", "count": 1},
        ],
        "by_priority": [{"priority": name, "count": n} for name, n in counts.items()],
        "by_assignee": [
            {"assignee": None, "count": 1},
            {"assignee": as_shown(cast.max), "count": 1},
        ],
        "weeks": [{"start": str(monday(timezone.now())), **week}],
        "cycle_time": {"tasks": 1, "median_hours": 0.0, "p85_hours": 0.0},
    }


def test_weeks_tell_what_was_at_their_end(cast: Cast, tasks: list[Task]) -> None:
    let_a_week_pass()
    add_changes()
    complete(cast, tasks[0])
    let_a_week_pass()
    TaskFactory.create(project=cast.project)
    shown = of_project(cast.moe, cast.project, "?weeks=4")["weeks"]
    assert [(w["scope"], w["completed"], w["throughput"]) for w in shown] == [
        *((0, 0, 0), (3, 1, 1)),
        *((3, 2, 1), (4, 2, 0)),
    ]
    assert len(of_project(cast.moe, cast.project)["weeks"]) == 12


def test_cycle_times_begin_with_the_work(cast: Cast) -> None:
    now = timezone.now()
    for hours in range(1, 21):
        task = TaskFactory.create(project=cast.project, created_at=now - 100 * HOUR)
        done = cast.project.statuses.get(key="DONE")
        fields = {"status": done, "category": "DONE", "completed_at": now}
        Task.objects.filter(pk=task.pk).update(**fields)
        begun = {"source": "TODO", "target": "IN_PROGRESS", "created_at": now - hours * HOUR}
        StatusChange.objects.create(workspace=cast.workspace, task=task, **begun)
    expected = {"tasks": 20, "median_hours": 10.5, "p85_hours": 17.1}
    assert of_project(cast.moe, cast.project)["cycle_time"] == expected


def test_overdue_is_told_by_the_day_of_the_person(cast: Cast) -> None:
    east, west = "Pacific/Kiritimati", "Pacific/Niue"  # 25 hours apart
    TaskFactory.create(project=cast.project, due_date=today_in(west))
    for zone, count in ((east, 1), (west, 0)):
        cast.moe.time_zone = zone
        cast.moe.save()
        assert of_project(cast.moe, cast.project)["overdue"] == count


def test_numbers_of_projects_one_may_not_read_are_in_no_sum(cast: Cast, tasks: list[Task]) -> None:
    before = of_workspace(cast.moe, cast)
    assert before["total"] == 3
    private = create_project(
        actor=by(cast.ada),
        workspace=cast.workspace,
        name="Secret",
        visibility=Visibility.PRIVATE,
    )
    late = {"assignee": cast.ada, "due_date": "2026-01-01"}
    for task in TaskFactory.create_batch(3, project=private, **late)[1:]:
        complete(cast, task)
    assert of_workspace(cast.moe, cast) == before
    add_changes()
    assert of_workspace(cast.moe, cast) == before
    assert of_workspace(cast.ada, cast)["total"] == 6
    assert of_workspace(cast.gus, cast)["total"] == 0
    client_of(cast.moe).ask("GET", f"/api/projects/{private.pk}/dashboard", status=404)


def test_deleted_projects_are_in_no_sum_until_they_are_restored(
    cast: Cast, tasks: list[Task]
) -> None:
    before = of_workspace(cast.ada, cast)
    delete_project(actor=by(cast.ada), project=cast.project)
    assert of_workspace(cast.ada, cast)["total"] == 0
    restore_project(actor=by(cast.ada), project=cast.project)
    assert of_workspace(cast.ada, cast) == before


def test_dashboards_take_as_many_statements_for_many(cast: Cast, tasks: list[Task]) -> None:
    def statements() -> list[int]:
        with CaptureQueriesContext(connection) as queries:
            of_project(cast.moe, cast.project)
            first = len(queries)
            of_workspace(cast.moe, cast)
        return [first, len(queries) - first]

    statements()
    before = statements()
    for n in range(3):
        project = create_project(actor=by(cast.ada), workspace=cast.workspace, name=f"P {n}")
        for person in (cast.ada, cast.pia, cast.moe):
            create_task(actor=by(cast.ada), project=cast.project, title="New")
            TaskFactory.create_batch(2, project=project, assignee=person)
    assert statements() == before


@pytest.mark.parametrize(
    "query", ["?weeks=0", "?weeks=53", "?weeks=x", "?kind=flow", "?include=tasks"]
)
def test_what_is_asked_for_is_checked(cast: Cast, query: str) -> None:
    path = f"/api/projects/{cast.project.pk}/dashboard{query}"
    client_of(cast.moe).ask("GET", path, status=400)


def test_a_workspace_has_to_be_named(cast: Cast) -> None:
    client = client_of(cast.moe)
    client.ask("GET", "/api/dashboard/stats", status=400)
    client.ask("GET", f"/api/dashboard/stats?workspace={cast.project.pk}", status=404)
    client.ask("GET", f"/api/dashboard/stats?workspace={cast.elsewhere.pk}", status=403)
