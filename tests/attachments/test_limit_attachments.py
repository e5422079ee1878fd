"""The quota of a workspace, and how many files a task may have."""

from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils import timezone
from pytest_django import Settings

from attachments.models import Attachment, StoredBytes
from attachments.services.attachments import restore_attachment
from attachments.services.quota import MOST_ON_TASK
from attachments.services.uploads import Upload, upload_file
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.attachments.sending import announce, send
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.factories import AttachmentFactory
from tests.support.threads import succeeds, times


def test_fifty_uploads_at_once_stay_within_the_quota(
    committed_db: CommittedDatabase, cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    settings.ATTACHMENTS_QUOTA, settings.ATTACHMENTS_DIR = 100, tmp_path / "files"
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")

    def upload(number: int) -> bool:
        facts = {"task": task, "upload": Upload(f"{number}.txt"), "content": BytesIO(b"x" * 9)}
        return succeeds(upload_file, actor=by(cast.max), **facts)

    assert sum(times(50, upload)) == 11
    assert Attachment.objects.count() == 11
    assert StoredBytes.objects.get().total == 99
    stored = [path for path in settings.ATTACHMENTS_DIR.rglob("*") if path.is_file()]
    assert len(stored) == 11
    assert settings.ATTACHMENTS_DIR.stat().st_mode & 0o777 == 0o700


def test_announced_files_count_for_the_quota(cast: Cast, task: Task, settings: Settings) -> None:
    settings.ATTACHMENTS_QUOTA = 10
    client = client_of(cast.max)
    announce(client, task, 8)
    body = {"file_name": "a.txt", "size": 3}
    refusal = client.ask("POST", f"/api/tasks/{task.pk}/attachments", body, status=409)
    assert refusal["code"] == "storage_full"
    refused: Any = send(client, task, "a.txt", b"Oil")
    assert (refused.status_code, refused.json()["code"]) == (409, "storage_full")
    assert send(client, task, "a.txt", b"Oi").status_code == 201


def test_a_task_has_only_so_many_attachments(cast: Cast, task: Task) -> None:
    AttachmentFactory.create_batch(MOST_ON_TASK, task=task)
    client = client_of(cast.max)
    refused: Any = send(client, task, "a.txt", b"Oil")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_attachments")
    gone = AttachmentFactory.create(task=task, uploaded_by=cast.max, deleted_at=task.created_at)
    refusal = client.ask("POST", f"/api/attachments/{gone.pk}/restore", status=409)
    assert refusal["code"] == "too_many_attachments"


def test_files_restored_at_once_stay_within_the_number(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    AttachmentFactory.create_batch(MOST_ON_TASK - 2, task=task)
    gone = AttachmentFactory.create_batch(8, task=task, deleted_at=timezone.now())

    def restore(number: int) -> bool:
        return succeeds(restore_attachment, actor=by(cast.lea), attachment=gone[number])

    assert sum(times(8, restore)) == 2
    assert Attachment.objects.alive().count() == MOST_ON_TASK
