"""Whoever looks while an import prepares its tasks sees none of them."""

from json import dumps
from typing import Any

import pytest
from django.db import connections

from core.errors import Refusal
from imports.services import chunks
from imports.services.imports import BEGIN_REVEAL
from jobs.models import Job, JobState
from projects.models import Status
from projects.services.columns import delete_column
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.imports.importing import imported, lines, run_all, stopped_in, submitted
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.threads import times

pytestmark = pytest.mark.usefixtures("committed_db")
PATHS = (
    "/api/projects/{project}/tasks",
    "/api/projects/{project}/board",
    "/api/projects/{project}/dashboard",
    "/api/tasks/search?q=Task",
    "/api/projects/{project}/labels",
)


def test_nobody_sees_a_hidden_task(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client, project = client_of(cast.lea), str(cast.project.pk)
    before = [_answer(client, path, project) for path in PATHS]
    file = lines(6, labels="x", assignee="lea@example.com")
    job = stopped_in(submitted(cast.lea, cast.project, file), BEGIN_REVEAL)
    monkeypatch.setattr(chunks, "AT_ONCE", 4)

    hidden = Task.objects.filter(project=cast.project).first()
    assert hidden is not None
    assert [_answer(client, path, project) for path in PATHS] == before
    client.ask("GET", f"/api/tasks/{hidden.pk}", status=404)
    client.ask("POST", f"/api/tasks/{hidden.pk}/restore", status=404)
    client.ask("PATCH", f"/api/tasks/{hidden.pk}", {"title": "Mine"}, status=404)
    run_all()

    job.refresh_from_db()
    assert job.state == JobState.COMPLETED
    shown = client.ask("GET", f"/api/projects/{project}/tasks")
    assert len(shown["data"]) == 6
    assert client.ask("GET", "/api/tasks/search?q=Task")["data"]


def _answer(client: Any, path: str, project: str) -> Any:
    answer = client.generic("GET", path.format(project=project))
    assert answer.status_code == 200, (path, answer.content)
    return answer.json()["data"]


def test_columns_may_go_while_tasks_are_hidden(cast: Cast) -> None:
    job = stopped_in(submitted(cast.lea, cast.project, lines(3, status="To do")), BEGIN_REVEAL)
    todo, other = Status.objects.filter(project=cast.project).order_by("position")[:2]
    delete_column(actor=by(cast.lea), column=todo, move_to=other)
    run_all()

    job.refresh_from_db()
    assert job.state == JobState.COMPLETED, job.error
    assert Task.objects.filter(status__project=cast.project, deleted_at=None).count() == 3


def test_who_left_meanwhile_is_given_nothing(cast: Cast) -> None:
    file = lines(3, assignee="max@example.com")
    job = stopped_in(submitted(cast.lea, cast.project, file), BEGIN_REVEAL)
    client = client_of(cast.lea)
    path = f"/api/projects/{cast.project.pk}/members/{cast.max.public_id}"
    client.ask("DELETE", path, status=204)
    run_all()

    job.refresh_from_db()
    assert job.state == JobState.COMPLETED, job.error
    assert set(Task.objects.values_list("assignee", flat=True)) == {None}


def test_of_many_at_once_one_imports(cast: Cast) -> None:
    jobs: list[Job] = []

    def ask(number: int) -> bool:
        try:
            jobs.append(submitted(cast.lea, cast.project, lines(3)))
        except Refusal:
            return False
        finally:
            connections.close_all()
        return True

    assert sum(times(5, ask)) == 1
    run_all()
    assert Task.objects.count() == 3


def test_tasks_are_made_meanwhile_without_a_gap(cast: Cast) -> None:
    job = stopped_in(submitted(cast.lea, cast.project, lines(3)), BEGIN_REVEAL)
    own = create_task(actor=by(cast.max), project=cast.project, title="Mine")
    run_all()

    job.refresh_from_db()
    assert (job.state, own.number) == (JobState.COMPLETED, 4)
    numbers = Task.objects.filter(deleted_at=None).order_by("number")
    assert list(numbers.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_an_import_is_asked_for_over_http(cast: Cast) -> None:
    trial = imported(cast.lea, cast.project, lines(3), dry_run=True)
    client = client_of(cast.lea)
    payload = {
        "file_id": trial.payload["file_id"],
        "projectId": str(cast.project.pk),
        "source": "csv",
        "columns": {"Limbo": "IN_PROGRESS"},
        "people": {"Max": "max@example.com"},
        "options": {"mapping": {"title": "title"}},
        "partial": True,
    }
    asked = client.ask("POST", "/api/jobs", {"type": "import", "payload": payload}, status=202)
    run_all()

    job = client.ask("GET", f"/api/jobs/{asked['data']['id']}")["data"]
    assert (job["state"], job["result"]["tasks"]) == ("COMPLETED", 3)
    for wrong in ({"source": "word"}, {"project_id": "nowhere"}, {"columns": {"a": "nowhere"}}):
        body = {"type": "import", "payload": {**payload, **wrong}}
        answer = client.generic(
            "POST", "/api/jobs", content_type="application/json", data=dumps(body)
        )
        assert 400 <= answer.status_code < 500
