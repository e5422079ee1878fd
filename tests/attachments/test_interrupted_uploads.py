"""Uploads that meet something else on their way: whatever is refused leaves no file behind."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from pytest_django import Settings

from attachments.background import remove_files
from attachments.models import Attachment, StoredBytes
from attachments.retention import end_unfinished_uploads
from attachments.services.attachments import delete_attachment
from attachments.services.uploads import Upload, begin_upload, complete_upload
from attachments.storage.chosen import storage
from core.errors import Refusal
from projects.services.deletion import archive_project
from tasks.models import Task
from tasks.services.tasks import create_task, delete_task
from tests.attachments.sending import announce, attach, follow
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.context import without_context
from tests.support.databases import CommittedDatabase
from tests.support.threads import at_once, succeeds, times
from workspaces.models import Membership
from workspaces.services.members import remove_member

BODY = b"Begun"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.ATTACHMENTS_DIR = tmp_path / "files"


def begin(cast: Cast, task: Task) -> Attachment:
    """An upload of Max's that is stored and not complete."""
    made = begin_upload(actor=by(cast.max), task=task, upload=Upload("a.txt", size=len(BODY)))
    storage().save(made.storage_key, BytesIO(BODY), "")
    return made


def keys() -> list[str]:
    return [file.key for file in storage().files_after("")]


def archive(cast: Cast, task: Task) -> None:
    archive_project(actor=by(cast.lea), project=cast.project)


def delete(cast: Cast, task: Task) -> None:
    delete_task(actor=by(cast.lea), task=task)


def remove(cast: Cast, task: Task) -> None:
    membership = Membership.objects.get(workspace=cast.workspace, user=cast.max)
    remove_member(actor=by(cast.ada), membership=membership)


@pytest.mark.parametrize("happens", [archive, delete, remove])
def test_what_happens_before_the_lock_is_refused_under_it(
    cast: Cast, task: Task, happens: Callable[[Cast, Task], None]
) -> None:
    made = begin(cast, task)
    found = Attachment.objects.select_related("task__project").get()
    happens(cast, task)
    with pytest.raises(Refusal):
        complete_upload(actor=by(cast.max), attachment=found)
    assert keys() == [made.storage_key]
    made.refresh_from_db()
    assert (made.state, made.version) == ("PENDING", 1)


def test_an_upload_is_not_completed_after_its_day(cast: Cast, task: Task) -> None:
    made = begin(cast, task)
    Attachment.objects.update(created_at=timezone.now() - timedelta(hours=25))
    with without_context():
        end_unfinished_uploads(10)
    client_of(cast.max).ask("POST", f"/api/attachments/{made.pk}/complete", status=404)
    with without_context():
        remove_files()
    assert (keys(), StoredBytes.objects.get().total) == ([], 0)


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("ends", ["upload", "task"])
def test_completed_and_deleted_at_once(cast: Cast, ends: str) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    made = begin(cast, task)
    found = Attachment.objects.select_related("task__project").get()
    complete = partial(complete_upload, actor=by(cast.max), attachment=found)
    calls: dict[str, Callable[[], Any]] = {
        "upload": partial(delete_attachment, actor=by(cast.max), attachment=made),
        "task": partial(delete_task, actor=by(cast.lea), task=task),
    }
    done = at_once(partial(succeeds, complete), partial(succeeds, calls[ends]))
    assert done[1]
    with without_context():
        remove_files()
    kept = Attachment.objects.exclude(storage_key="")
    assert keys() == [file.storage_key for file in kept]
    assert StoredBytes.objects.get().total == sum(file.size for file in kept)
    assert [file.state for file in kept] in ([], ["READY"], ["PENDING"])


def test_fifty_announced_at_once_stay_within_the_quota(
    committed_db: CommittedDatabase, cast: Cast, settings: Settings
) -> None:
    settings.ATTACHMENTS_QUOTA = 100
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")

    def announce(number: int) -> bool:
        upload = Upload(f"{number}.txt", size=9)
        return succeeds(begin_upload, actor=by(cast.max), task=task, upload=upload)

    assert sum(times(50, announce)) == 11
    assert StoredBytes.objects.get().total == 99


def test_a_link_outlives_a_membership_and_shows_nothing_new(cast: Cast, task: Task) -> None:
    client = client_of(cast.max)
    shown = attach(client, task)
    link = client.ask("GET", f"/api/attachments/{shown['id']}/download")["data"]["url"]
    made = announce(client, task, 3)
    remove(cast, task)
    assert follow(link).status == 200  # until its five minutes are over
    store: Any = Client().generic("PUT", urlsplit(made["upload"]["url"]).path, "Oil", "text/plain")
    assert store.status_code == 204
    client.ask("POST", f"/api/attachments/{made['id']}/complete", status=403)
    listed = client_of(cast.lea).ask("GET", f"/api/tasks/{task.pk}/attachments")["data"]
    assert [file["id"] for file in listed] == [shown["id"]]
    delete_attachment(actor=by(cast.lea), attachment=Attachment.objects.get(pk=shown["id"]))
    assert follow(link).status == 404
