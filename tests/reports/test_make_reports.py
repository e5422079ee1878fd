"""Reports: numbers and charts of what the person may read when they are made."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from dashboards.models import Total
from dashboards.services.totals import add_all_changes
from jobs.models import Job
from jobs.services.running import run_due_jobs
from projects.models import Visibility
from reports.services.charts import png_of, svg_of
from tasks.models import Task
from tests.support.cast import Cast, client_of
from tests.support.factories import TaskFactory

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.ATTACHMENTS_DIR = tmp_path


def days(count: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=count)).isoformat()


def asked(cast: Cast, kind: str, **more: Any) -> dict[str, Any]:
    payload = {"what": kind, "project_id": str(cast.project.pk), "from": days(3), "to": days(0)}
    return {"type": "report", "payload": {**payload, **more}}


def made(cast: Cast, what: str, *, by: str = "max", **more: Any) -> dict[str, Any]:
    """The job after it was done."""
    client = client_of(getattr(cast, by))
    pk = client.ask("POST", "/api/jobs", asked(cast, what, **more), status=202)["data"]["id"]
    run_due_jobs(has_time=lambda: True)
    job: dict[str, Any] = client.ask("GET", f"/api/jobs/{pk}")["data"]
    return job


def move_totals(ago: int) -> None:
    """Have what was counted today been so many days ago."""
    add_all_changes()
    today = datetime.now(UTC).date()
    rows = Total.objects.filter(kind__in=("FLOW", "COMPLETED"), day=today)
    rows.update(day=today - timedelta(days=ago))


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    """Three tasks of five days ago, of which one was completed two days ago."""
    made: list[Task] = TaskFactory.create_batch(3, project=cast.project)
    move_totals(ago=5)
    client_of(cast.lea).ask("PATCH", f"/api/tasks/{made[0].pk}", {"is_complete": True})
    move_totals(ago=2)
    return made


def test_a_burndown_tells_what_was_left_each_day(cast: Cast, tasks: list[Task]) -> None:
    job = made(cast, "burndown")
    assert (job["state"], job["error"]) == ("COMPLETED", None)
    result = job["result"]
    assert {name: result[name] for name in ("what", "name", "step", "people", "files")} == {
        "what": "burndown",
        "name": "Engine",
        "step": "day",
        "people": [],
        "files": [],
    }
    left = [(each["start"], each["scope"], each["remaining"]) for each in result["steps"]]
    assert left == [(days(3), 3, 3), (days(2), 3, 2), (days(1), 3, 2), (days(0), 3, 2)]


def test_days_after_the_range_are_taken_off(cast: Cast, tasks: list[Task]) -> None:
    result = made(cast, "burndown", **{"from": days(4), "to": days(3)})["result"]
    assert [each["remaining"] for each in result["steps"]] == [3, 3]


def test_throughput_counts_what_was_completed(cast: Cast, tasks: list[Task]) -> None:
    steps = made(cast, "throughput")["result"]["steps"]
    assert [each["completed"] for each in steps] == [0, 1, 0, 0]
    weeks = made(cast, "throughput", step="week", **{"from": days(13)})["result"]["steps"]
    assert sum(each["completed"] for each in weeks) == 1
    assert {datetime.fromisoformat(each["start"]).weekday() for each in weeks} == {0}


def test_workload_counts_open_tasks_and_estimates(cast: Cast, tasks: list[Task]) -> None:
    today = datetime.now(UTC).date()
    rows = Task.objects.filter(pk__in=[task.pk for task in tasks[1:]])
    rows.update(assignee=cast.max, estimate_minutes=90)
    Task.objects.filter(pk=tasks[1].pk).update(due_date=today - timedelta(days=1))
    TaskFactory.create(project=cast.project)
    people = made(cast, "workload")["result"]["people"]
    counts = {"overdue": 1, "due": 1, "estimate_minutes": 180, "due_estimate_minutes": 90}
    nothing = dict.fromkeys(counts, 0)
    who = {"id": str(cast.max.pk), "name": "Max"}
    assert people == [
        {"assignee": who, "open": 2, **counts, "not_estimated": 0},
        {"assignee": None, "open": 1, **nothing, "not_estimated": 1},
    ]


@pytest.mark.parametrize("what", ["burndown", "throughput", "workload"])
def test_charts_are_files_of_the_job(cast: Cast, tasks: list[Task], what: str) -> None:
    job = made(cast, what, formats=["json", "svg", "png"])
    png, svg = job["result"]["files"]
    assert (svg["content_type"], png["content_type"]) == ("image/svg+xml", "image/png")
    for file, start in ((png, PNG), (svg, b"<svg ")):
        path = f"/api/jobs/{job['id']}/files/{file['id']}"
        link = client_of(cast.max).ask("GET", path)["data"]["url"]
        answer: Any = Browser().get(link)
        content = b"".join(answer.streaming_content)
        assert content.startswith(start)
        assert len(content) == file["size"]


def test_a_project_of_others_is_refused(cast: Cast) -> None:
    body = asked(cast, "burndown")
    answer = client_of(cast.sam).ask("POST", "/api/jobs", body, status=400)
    assert answer["errors"] == {"payload.project_id": ["Not found."]}


def test_who_may_not_read_it_any_more_gets_nothing(cast: Cast, tasks: list[Task]) -> None:
    cast.project.visibility = Visibility.PRIVATE
    cast.project.save()
    client = client_of(cast.max)
    pk = client.ask("POST", "/api/jobs", asked(cast, "burndown"), status=202)["data"]["id"]
    place = cast.project.memberships.get(user=cast.max)
    client_of(cast.lea).ask(
        "DELETE", f"/api/projects/{cast.project.pk}/members/{place.user_id}", status=204
    )
    run_due_jobs(has_time=lambda: True)
    job = Job.objects.get(pk=pk)
    assert (job.state, job.error["code"], job.result) == ("FAILED", "not_found", None)


def test_a_workspace_sums_what_one_may_read(cast: Cast, tasks: list[Task]) -> None:
    body = {"project_id": None}
    for name, remaining in (("max", 2), ("gus", 0)):
        client = client_of(getattr(cast, name))
        asked_for = {**asked(cast, "burndown", **body), "workspace_id": str(cast.workspace.pk)}
        pk = client.ask("POST", "/api/jobs", asked_for, status=202)["data"]["id"]
        run_due_jobs(has_time=lambda: True)
        result = client.ask("GET", f"/api/jobs/{pk}")["data"]["result"]
        assert (result["name"], result["steps"][-1]["remaining"]) == (
            "Analytical Engines",
            remaining,
        )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"what": "pie"}, "what"),
        ({"from": "2026-02-30"}, "from_date"),
        ({"from": "9999-12-31"}, "from_date"),
        ({"from": "2020-01-01"}, "to_date"),
        ({"from": "2026-05-02", "to": "2026-05-01"}, "to_date"),
        ({"step": "hour"}, "step"),
        ({"formats": ["pdf"]}, "formats.0"),
        ({"formats": ["svg"] * 9}, "formats"),
        ({"project_id": "nobody"}, "project_id"),
    ],
)
def test_wrong_payloads_are_refused(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    body = asked(cast, "burndown", **wrong)
    answer = client_of(cast.max).ask("POST", "/api/jobs", body, status=400)
    assert list(answer["errors"]) == [f"payload.{field}"]


@pytest.mark.parametrize("name", ["日本 עברית", "</svg>&", "\x00\ud800" + "W" * 300])
@pytest.mark.parametrize("count", [0, 1, 731])
def test_any_name_and_any_length_is_drawn(name: str, count: int) -> None:
    step = {"start": "2026-11-16", "scope": 9, "completed": 2, "remaining": 7}
    shown = {"what": "burndown", "name": name, "step": "day", "steps": [step] * count}
    assert png_of(svg_of(shown)).startswith(PNG)


def test_changes_not_added_yet_are_counted(cast: Cast) -> None:
    TaskFactory.create(project=cast.project)
    before = made(cast, "burndown")["result"]["steps"]
    add_all_changes()
    assert made(cast, "burndown")["result"]["steps"] == before
    assert before[-1]["remaining"] == 1
