"""Changing thousands of tasks by a job: those it can, each once, whatever happens between."""

from typing import Any

import pytest

from jobs.models import Job, JobState
from jobs.services import bulk_changes
from jobs.services.running import run_due_jobs
from tasks.models import Label, Task, TaskLabel
from tasks.services.bulk import change_tasks
from tests.support.cast import Cast, client_of
from tests.support.factories import TaskFactory


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_changes, "AT_ONCE", 3)


def made(cast: Cast, payload: dict[str, Any], name: str = "max") -> dict[str, Any]:
    """The job after it was done."""
    asked = client_of(getattr(cast, name))
    body = {"type": "bulk", "payload": payload, "workspace_id": str(cast.workspace.pk)}
    pk = asked.ask("POST", "/api/jobs", body, status=202)["data"]["id"]
    run_due_jobs(has_time=lambda: True)
    job: dict[str, Any] = asked.ask("GET", f"/api/jobs/{pk}")["data"]
    return job


def ids(*tasks: Task) -> list[str]:
    return [str(task.pk) for task in tasks]


def test_all_fields_are_set(cast: Cast) -> None:
    tasks = TaskFactory.create_batch(7, project=cast.project)
    label = Label.objects.create(workspace=cast.workspace, project=cast.project, name="Later")
    wanted = {"assignee_id": str(cast.lea.pk), "due_date": "2026-12-24", "due_time": "17:30"}
    more = {"priority": "HIGH", "is_complete": True, "add_labels": ["later"]}
    job = made(cast, {"task_ids": ids(*tasks), "set": {**wanted, **more}})
    assert job["error"] is None
    assert job["result"] == {"changed": 7, "refused": 0, "refusals": []}
    assert (job["done"], job["total"]) == (7, 7)
    rows = Task.objects.values_list("assignee", "priority", "is_complete", "version").distinct()
    assert list(rows) == [(cast.lea.pk, "HIGH", True, 2)]
    assert TaskLabel.objects.filter(label=label).count() == 7
    assert {str(task.due_date) for task in Task.objects.all()} == {"2026-12-24"}


def test_each_task_that_cannot_be_changed_is_told(cast: Cast) -> None:
    known, gone = TaskFactory.create_batch(2, project=cast.project)
    client_of(cast.lea).ask("DELETE", f"/api/tasks/{gone.pk}", status=204)
    foreign = "01890000-0000-7000-8000-000000000000"
    result = made(cast, {"task_ids": [*ids(known, gone), foreign], "set": {"status": "DONE"}})
    errors = result["result"].pop("refusals")
    assert result["result"] == {"changed": 1, "refused": 2}
    assert {(each["id"], each["code"]) for each in errors} == {
        (str(gone.pk), "not_found"),
        (foreign, "not_found"),
    }


def test_names_that_a_project_lacks_refuse_its_tasks_only(cast: Cast) -> None:
    task = TaskFactory.create(project=cast.project)
    result = made(cast, {"task_ids": ids(task), "set": {"status": "NOWHERE"}})["result"]
    assert [each["code"] for each in result["refusals"]] == ["unknown_status"]


def test_a_filter_finds_its_tasks_once(cast: Cast) -> None:
    wanted = TaskFactory.create_batch(7, project=cast.project, priority="LOW")
    other = TaskFactory.create(project=cast.project, priority="HIGH")
    payload = {"project_id": str(cast.project.pk), "filter": {"priority": ["low"]}}
    job = made(cast, {**payload, "set": {"priority": "URGENT"}})
    assert (job["state"], job["result"]["changed"]) == ("COMPLETED", 7)
    assert set(Task.objects.filter(priority="URGENT")) == {*wanted}
    other.refresh_from_db()
    assert other.version == 1


def test_a_filter_for_too_many_changes_nothing(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(bulk_changes, "MOST_TASKS", 1)
    TaskFactory.create_batch(2, project=cast.project)
    payload = {"project_id": str(cast.project.pk), "filter": {}}
    job = made(cast, {**payload, "set": {"priority": "URGENT"}})
    assert (job["state"], job["error"]["code"]) == ("FAILED", "too_many_tasks")
    assert not Task.objects.filter(priority="URGENT").exists()


def test_a_guest_changes_nothing(cast: Cast) -> None:
    task = TaskFactory.create(project=cast.project)
    result = made(cast, {"task_ids": ids(task), "set": {"priority": "HIGH"}}, "gus")["result"]
    assert (result["changed"], result["refusals"][0]["code"]) == (0, "not_found")


def test_it_goes_on_where_a_worker_died(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = TaskFactory.create_batch(7, project=cast.project)
    steps, change = [], change_tasks

    def die_at_the_second(**given: Any) -> Any:
        steps.append(len(given["wanted"]))
        found = change(**given)
        if len(steps) == 2:
            raise RuntimeError
        return found

    monkeypatch.setattr(bulk_changes, "change_tasks", die_at_the_second)
    body = {"task_ids": ids(*tasks), "set": {"priority": "HIGH"}}
    made(cast, body)
    assert Task.objects.filter(priority="HIGH", version=2).count() == 3
    Job.objects.update(next_at="2026-01-01T00:00:00Z")
    run_due_jobs(has_time=lambda: True)
    job = Job.objects.get()
    assert (job.state, job.result["changed"]) == (JobState.COMPLETED, 7)
    assert Task.objects.filter(priority="HIGH", version=2).count() == 7
    assert steps == [3, 3, 3, 1]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"set": {"priority": "HIGH"}}, "task_ids"),
        ({"task_ids": [], "set": {"priority": "HIGH"}}, "task_ids"),
        ({"task_ids": ["x"], "set": {"priority": "HIGH"}}, "task_ids.0"),
        ({"task_ids": ["0" * 32] * 1501, "set": {"priority": "HIGH"}}, "task_ids"),
        ({"filter": {}, "set": {"priority": "HIGH"}}, "project_id"),
        ({"task_ids": ["0" * 32], "set": {}}, "changes"),
        ({"task_ids": ["0" * 32], "set": {"due_date": "9999-12-31"}}, "changes.due_date"),
    ],
)
def test_wrong_payloads_are_refused(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    body = {"type": "bulk", "payload": wrong, "workspace_id": str(cast.workspace.pk)}
    errors = client_of(cast.max).ask("POST", "/api/jobs", body, status=400)["errors"]
    assert [name.startswith(f"payload.{field}") for name in errors] == [True], errors
