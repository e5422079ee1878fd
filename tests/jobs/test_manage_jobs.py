"""Jobs over HTTP: asking, looking, cancelling, asking again; nobody sees those of others."""

from typing import Any

import pytest

from jobs.models import Job
from jobs.services.running import run_due_jobs
from tests.support.cast import Cast, Client, client_of

pytestmark = pytest.mark.django_db

AHOY = {"type": "echo", "payload": {"message": "Ahoy"}}


@pytest.fixture
def ada(cast: Cast) -> Client:
    return client_of(cast.ada)


def run_all() -> None:
    run_due_jobs(has_time=lambda: True)


def shown(job: Job, **more: Any) -> dict[str, Any]:
    return {
        "id": str(job.pk),
        "type": "echo",
        "workspace_id": None,
        "payload": {"message": "Ahoy"},
        "idempotency_key": "",
        "state": "PENDING",
        "progress": None,
        "done": 0,
        "total": None,
        "sentence": "",
        "attempts": 0,
        "result": None,
        "error": None,
        "created_at": job.created_at.isoformat(),
        "started_at": None,
        "finished_at": None,
        "cancelled_at": None,
        "updated_at": job.updated_at.isoformat(),
        "version": job.version,
        **more,
    }


def test_a_job_is_accepted(ada: Client) -> None:
    answer = ada.post("/api/jobs", AHOY, "json")
    assert answer.status_code == 202, answer.json()
    assert answer.json()["data"] == shown(Job.objects.get())


def test_a_job_is_done(ada: Client) -> None:
    ada.post("/api/jobs", AHOY, "json")
    run_all()
    job = Job.objects.get()
    [found] = ada.get("/api/jobs").json()["data"]
    ended = {"state": "COMPLETED", "progress": 100, "sentence": "Echoed.", "attempts": 1}
    assert job.started_at
    assert job.finished_at
    times = {
        "started_at": job.started_at.isoformat(),
        "finished_at": job.finished_at.isoformat(),
    }
    assert found == shown(job, result={"echo": "Ahoy"}, **ended, **times)


def test_the_same_key_is_the_same_job(ada: Client) -> None:
    first = ada.post("/api/jobs", {**AHOY, "idempotencyKey": "k"}, "json")
    again = ada.post("/api/jobs", {**AHOY, "idempotency_key": "k"}, "json")
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["data"] == again.json()["data"]
    other = ada.post("/api/jobs", {**AHOY, "payload": {}, "idempotency_key": "k"}, "json")
    assert (other.status_code, other.json()["code"]) == (422, "job_key_reused")
    assert Job.objects.count() == 1


def test_the_key_may_be_a_header(ada: Client) -> None:
    answers = [ada.post("/api/jobs", AHOY, "json", HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "type"),
        ({"type": "os.system"}, "type"),
        ({**AHOY, "payload": []}, "payload"),
        ({**AHOY, "payload": {"message": "x" * 10_001}}, "payload.message"),
        ({**AHOY, "payload": {"message": "\0"}}, "payload.message"),
        ({**AHOY, "workspace_id": "nowhere"}, "workspace_id"),
        ({**AHOY, "idempotency_key": "k" * 256}, "idempotency_key"),
    ],
)
def test_what_cannot_be_done_is_refused(ada: Client, body: Any, field: str) -> None:
    answer = ada.post("/api/jobs", body, "json")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert not Job.objects.exists()


def test_nobody_sees_the_jobs_of_others(ada: Client, cast: Cast) -> None:
    made = ada.post("/api/jobs", AHOY, "json").json()["data"]
    lea = client_of(cast.lea)
    path = f"/api/jobs/{made['id']}"
    assert lea.get("/api/jobs").json()["data"] == []
    assert lea.get(path).status_code == 404
    for verb in ("cancel", "retry"):
        assert lea.post(f"{path}/{verb}").status_code == 404
    assert Job.objects.get().version == 1


def test_a_job_that_waits_is_cancelled_at_once_and_may_be_begun_again(ada: Client) -> None:
    made = ada.post("/api/jobs", AHOY, "json").json()["data"]
    path = f"/api/jobs/{made['id']}"
    assert ada.post(f"{path}/retry").json()["code"] == "job_is_unfinished"
    assert ada.post(f"{path}/cancel").json()["data"]["state"] == "CANCELLED"
    assert ada.post(f"{path}/cancel").json()["code"] == "job_has_ended"
    run_all()
    assert ada.post(f"{path}/retry").json()["data"]["state"] == "PENDING"
    run_all()
    assert ada.get(path).json()["data"]["state"] == "COMPLETED"
    assert ada.post(f"{path}/retry").json()["code"] == "job_has_ended"
