"""Files go when their rows can no longer be restored, and never before that is committed."""

import os
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.services.deletion import delete_person
from attachments.background import remove_files, remove_orphans
from attachments.models import Attachment, StoredBytes
from attachments.services import removal
from attachments.services.attachments import delete_attachment
from attachments.services.uploads import Upload, begin_upload, upload_file
from attachments.storage.chosen import storage
from core.models import uuid7
from core.retention import apply_rules
from projects.models import Project
from projects.services.deletion import delete_project, restore_project
from tasks.models import Task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.context import without_context
from tests.support.log import log_of


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.ATTACHMENTS_DIR = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def file(cast: Cast, task: Task) -> Attachment:
    plan = BytesIO(b"Oil")
    return upload_file(actor=by(cast.max), task=task, upload=Upload("plan.txt"), content=plan)


@pytest.fixture
def begun(cast: Cast, task: Task) -> Attachment:
    made = begin_upload(actor=by(cast.max), task=task, upload=Upload("begun.txt", size=5))
    storage().save(made.storage_key, BytesIO(b"Begun"), "")
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def age(**past: int) -> None:
    """Everything that is deleted was deleted so long ago, everything begun then."""
    then = timezone.now() - timedelta(**past)
    for model in (Project, Task, Attachment):
        model.objects.filter(deleted_at__isnull=False).update(deleted_at=then)
    Attachment.objects.filter(state="PENDING").update(created_at=then)


def sweep() -> None:
    with without_context():
        apply_rules(within=5)
        remove_files()


def test_the_file_of_a_deleted_attachment_goes_when_it_is_purged(
    cast: Cast, file: Attachment, folder: Path
) -> None:
    delete_attachment(actor=by(cast.max), attachment=file)
    age(days=29)
    sweep()
    assert names(folder) == ["plan.txt"]
    age(days=30, hours=1, seconds=1)
    sweep()
    sweep()
    file.refresh_from_db()
    assert (names(folder), file.storage_key, file.file_name) == ([], "", "")
    assert StoredBytes.objects.get().total == 0
    assert [action for action, _, _ in log_of(file)] == ["attached", "deleted", "purged"]


def test_files_of_a_project_stay_until_it_is_purged(
    cast: Cast, file: Attachment, folder: Path
) -> None:
    delete_project(actor=by(cast.lea), project=cast.project)
    age(days=29)
    sweep()
    restore_project(actor=by(cast.lea), project=cast.project)
    assert names(folder) == ["plan.txt"]
    delete_project(actor=by(cast.lea), project=cast.project)
    age(days=31)
    for _ in range(3):
        sweep()
    assert names(folder) == []


def test_unfinished_uploads_end_after_a_day(begun: Attachment, folder: Path) -> None:
    age(hours=23)
    sweep()
    assert names(folder) == ["begun.txt"]
    age(hours=25)
    sweep()
    assert (names(folder), Attachment.objects.count()) == ([], 0)
    assert StoredBytes.objects.get().total == 0


def test_deleting_a_person_ends_uploads_and_keeps_files(
    cast: Cast, file: Attachment, begun: Attachment, folder: Path
) -> None:
    delete_person(actor=by(cast.max), person=cast.max)
    sweep()
    assert names(folder) == ["plan.txt"]
    assert [kept.uploaded_by.name for kept in Attachment.objects.all()] == ["Deleted user"]


def test_files_without_rows_are_removed_after_a_day(file: Attachment, folder: Path) -> None:
    lost = file.storage_key.rpartition("/")[0]
    storage().save(f"{lost}/lost.txt", BytesIO(b"Lost"), "")
    storage().save("somebody/elses.txt", BytesIO(b"Else"), "")
    with without_context():
        remove_orphans()
    assert names(folder) == ["elses.txt", "lost.txt", "plan.txt"]
    yesterday = time.time() - 90_000
    for path in folder.rglob("*.txt"):
        os.utime(path, (yesterday, yesterday))
    with without_context():
        remove_orphans()
    assert names(folder) == ["elses.txt", "plan.txt"]
    with storage().open(file.storage_key) as kept:
        assert kept.read() == b"Oil"


def test_each_search_looks_at_the_files_after_those_of_the_one_before(
    file: Attachment, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "KEYS_AT_ONCE", 3)
    monkeypatch.setattr(removal, "ORPHANED_AFTER", -60)
    place = file.storage_key.rsplit("/", 2)[0]
    for number in range(8):
        storage().save(f"{place}/{uuid7()}/{number}.txt", BytesIO(b"Lost"), "")
    storage().save("a/b/c/d/elses.txt", BytesIO(b"Else"), "")
    left = []
    with without_context():
        for _ in range(20):
            removal.remove_orphans(has_time=lambda: False)
            left.append(len(names(folder)))
    assert (left[0], left[-1]) == (9, 2)
    assert names(folder) == ["elses.txt", "plan.txt"]
    assert [found.key for found in storage().files_after(file.storage_key)] == ["a/b/c/d/elses.txt"]
