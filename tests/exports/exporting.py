"""Exports as people ask for them, and what is in the files."""

import csv
import io
import zipfile
from typing import Any
from urllib.parse import urlsplit

import orjson

from jobs.models import Job
from jobs.services.running import run_due_jobs
from tests.support.cast import Cast, Client


def ask(client: Client, cast: Cast, **payload: Any) -> Job:
    """The job that the person asks for, before anybody has worked on it."""
    body = {
        "type": "export",
        "payload": {"format": "csv", **payload},
        "workspace_id": str(cast.workspace.pk),
    }
    return Job.objects.get(pk=client.ask("POST", "/api/jobs", body, status=202)["data"]["id"])


def done(job: Job) -> Job:
    run_due_jobs(has_time=lambda: True)
    job.refresh_from_db()
    return job


def content_of(client: Client, job: Job) -> bytes:
    """The file of a job that has been done, behind its link."""
    assert job.state == "COMPLETED", job.error
    assert job.result
    file = job.result["file"]["id"]
    link = client.ask("GET", f"/api/jobs/{job.pk}/files/{file}")["data"]["url"]
    answer: Any = Client().get(urlsplit(link).path)
    return b"".join(answer.streaming_content)


def exported(client: Client, cast: Cast, **payload: Any) -> bytes:
    return content_of(client, done(ask(client, cast, **payload)))


def table(client: Client, cast: Cast, **payload: Any) -> list[dict[str, str]]:
    """The rows of a CSV, by header."""
    text = exported(client, cast, **payload).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def entries(content: bytes) -> dict[str, bytes]:
    """What a ZIP holds, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def rows(content: bytes, kind: str) -> list[dict[str, Any]]:
    """The rows of one kind in a ZIP."""
    return [orjson.loads(line) for line in entries(content)[f"{kind}.jsonl"].splitlines()]
