"""Files that jobs make: stored once, read by their owners only, removed when they expire."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings

from attachments.storage.chosen import storage
from jobs import registry
from jobs.models import Job, JobState, ResultFile
from jobs.registry import Finished, JobType, Run
from jobs.services.result_files import described, keep_file, remove_expired_files
from jobs.services.running import run_due_jobs
from jobs.services.submission import submit_job
from tests.support.actors import by
from tests.support.cast import Cast, client_of


class Writing(JobType):
    """Makes a file of the payload's text, and fails if told so."""

    name: ClassVar[str] = "writing"
    is_transaction: ClassVar[bool] = False

    def step(self, run: Run) -> Finished:
        path = Path(run.payload["folder"]) / "made"
        for text in run.payload["texts"]:
            path.write_text(text)
            file = keep_file(run, "sums/<2026>.csv", "text/csv", path)
        return Finished(result={"files": [described(file)]})


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.ATTACHMENTS_DIR = tmp_path / "kept"
    known = vars(registry)["_types"]
    registry.register_type(Writing())
    yield tmp_path
    del known["writing"]


@pytest.fixture
def job(cast: Cast, folder: Path) -> Job:
    return made(cast, folder, "a,b\n")


def made(cast: Cast, folder: Path, *texts: str) -> Job:
    payload = {"folder": str(folder), "texts": list(texts)}
    job, _ = submit_job(
        actor=by(cast.max), kind="writing", payload=payload, workspace=cast.workspace
    )
    run_due_jobs(has_time=lambda: True)
    job.refresh_from_db()
    return job


def test_a_file_is_read_by_a_link(cast: Cast, job: Job) -> None:
    file = ResultFile.objects.get()
    assert job.result == {"files": [described(file)]}
    asked = client_of(cast.max)
    [shown] = asked.ask("GET", f"/api/jobs/{job.pk}/files")["data"]
    kept = {"id": str(file.pk), "name": "_2026_.csv", "content_type": "text/csv", "size": 4}
    times = {"created_at": file.created_at.isoformat(), "expires_at": file.expires_at.isoformat()}
    assert shown == {**kept, **times}
    link = asked.ask("GET", f"/api/jobs/{job.pk}/files/{file.pk}")["data"]
    answer: Any = Browser().get(link["url"])
    assert (b"".join(answer.streaming_content), answer["Content-Type"]) == (b"a,b\n", "text/csv")
    assert answer["Content-Disposition"] == 'attachment; filename="_2026_.csv"'


def test_a_file_made_again_replaces_the_first(cast: Cast, folder: Path) -> None:
    made(cast, folder, "first", "the second one")
    file = ResultFile.objects.get()
    with storage().open(file.key) as content:
        assert (content.read(), file.size) == (b"the second one", 14)


@pytest.mark.parametrize("name", ["ada", "moe", "sam"])
def test_nobody_else_reads_it(cast: Cast, job: Job, name: str) -> None:
    file, other = ResultFile.objects.get(), client_of(getattr(cast, name))
    for path in (f"/api/jobs/{job.pk}/files", f"/api/jobs/{job.pk}/files/{file.pk}"):
        assert other.ask("GET", path, status=404)["code"] == "not_found"


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED, JobState.PROCESSING])
def test_files_of_jobs_that_are_not_completed_are_not_shown(
    cast: Cast, job: Job, state: str
) -> None:
    Job.objects.update(state=state)
    assert client_of(cast.max).ask("GET", f"/api/jobs/{job.pk}/files")["data"] == []


def test_what_has_expired_is_not_read_and_is_removed(cast: Cast, job: Job) -> None:
    file, asked = ResultFile.objects.get(), client_of(cast.max)
    link = asked.ask("GET", f"/api/jobs/{job.pk}/files/{file.pk}")["data"]["url"]
    assert remove_expired_files(at_most=9) == 0
    ResultFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Browser().get(link).status_code == 404
    asked.ask("GET", f"/api/jobs/{job.pk}/files/{file.pk}", status=404)
    storage().save("results/other", BytesIO(b"stays"), "")
    assert remove_expired_files(at_most=9) == 1
    assert not ResultFile.objects.exists()
    assert [found.key for found in storage().files_after("")] == ["results/other"]
    assert remove_expired_files(at_most=9) == 0


def test_a_deleted_workspace_shuts_its_links(cast: Cast, job: Job) -> None:
    asked, file = client_of(cast.max), ResultFile.objects.get()
    link = asked.ask("GET", f"/api/jobs/{job.pk}/files/{file.pk}")["data"]["url"]
    answer: Any = Browser().get(link)
    assert b"".join(answer.streaming_content) == b"a,b\n"
    client_of(cast.ada).ask("DELETE", f"/api/workspaces/{cast.workspace.pk}", status=204)
    assert Browser().get(link).status_code == 404
