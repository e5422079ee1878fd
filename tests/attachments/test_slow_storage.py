"""A service that speaks S3, at the end of a slow line."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from attachments.models import Attachment, StoredBytes
from attachments.services import transfers
from attachments.services.quota import MOST_ON_TASK
from attachments.storage.base import CHUNK
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.attachments.conftest import new_bucket
from tests.attachments.line import Line
from tests.attachments.sending import announce, send
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.factories import AttachmentFactory
from tests.support.programs import eventually

SIZE = 4 * CHUNK
PAUSE = 0.15
"""Seconds for each 64 KiB: a file of SIZE takes longer than the transaction may be idle."""


def slow_down(line: Line) -> None:
    line.pause = PAUSE
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '1500ms'")


def idle_time() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        return cursor.fetchone()[0]


def begun(cast: Cast, task: Task, bucket: Any) -> str:
    """The path of an upload that the client has stored."""
    made = announce(client_of(cast.max), task, SIZE)
    bucket.save(Attachment.objects.get().storage_key, BytesIO(b"x" * SIZE), "")
    return f"/api/attachments/{made['id']}/complete"


def test_an_upload_is_completed_by_three_requests_over_a_slow_line(
    cast: Cast, task: Task, distant_bucket: Any, line: Line
) -> None:
    path = begun(cast, task, distant_bucket)
    line.asked.clear()
    slow_down(line)
    assert client_of(cast.max).ask("POST", path)["data"]["state"] == "READY"
    assert line.asked == ["PUT", "GET"]  # a copy, which is read; the first is removed at the commit
    assert idle_time() == "1500ms"


def test_a_form_is_handed_on_over_a_slow_line(
    cast: Cast, task: Task, distant_bucket: Any, line: Line
) -> None:
    send(client_of(cast.max), task, "a.txt", b"x")
    slow_down(line)
    made: Any = send(client_of(cast.max), task, "a.txt", b"x" * SIZE)
    assert (made.status_code, idle_time()) == (201, "1500ms")


def test_what_takes_too_long_is_refused(
    cast: Cast, task: Task, distant_bucket: Any, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, client = begun(cast, task, distant_bucket), client_of(cast.max)
    line.pause = PAUSE
    monkeypatch.setattr(transfers, "LONGEST_TRANSFER", 0.5)
    assert client.ask("POST", path, status=503)["code"] == "unavailable"
    # Larger than what the machine itself takes for the line, which passes 430 KiB a second.
    refused: Any = send(client, task, "a.txt", b"x" * (32 * SIZE))
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    line.pause = 0
    assert client.ask("POST", path)["data"]["state"] == "READY"
    assert Attachment.objects.count() == 1


def test_no_row_is_locked_while_a_refused_file_is_removed(
    committed_db: CommittedDatabase, cast: Cast, line: Line, settings: Settings
) -> None:
    new_bucket(settings, line.url)
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    AttachmentFactory.create_batch(MOST_ON_TASK, task=task)
    StoredBytes.objects.create(workspace=cast.workspace)
    line.delays["DELETE"] = 3

    with ThreadPoolExecutor(1) as threads:
        refused = threads.submit(sent_alone, cast, task)
        eventually(lambda: "DELETE" in line.asked)
        with transaction.atomic():
            free = StoredBytes.objects.select_for_update(skip_locked=True)
            assert len(free) == 1
        assert not refused.done()
        assert refused.result() == 409


def sent_alone(cast: Cast, task: Task) -> int:
    """The status of a form, from a thread of its own."""
    try:
        return send(client_of(cast.max), task, "a.txt", b"Oil").status_code
    finally:
        connections.close_all()
