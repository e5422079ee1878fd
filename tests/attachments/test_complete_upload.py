"""Announcing a file, storing it by a link of this server, and completing it."""

import hashlib
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_django import Settings

from attachments.models import Attachment, StoredBytes
from attachments.services.uploads import (
    LARGEST,
    Upload,
    begin_upload,
    complete_upload,
)
from attachments.storage.chosen import storage
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.attachments.sending import announce, follow
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import at_once

OIL = hashlib.sha256(b"Oil").hexdigest()


def store(made: Any, content: Any, kind: str = "text/plain") -> int:
    """The status of the request that stores the file, as nobody in particular."""
    upload = made["upload"]
    path = urlsplit(upload["url"]).path
    answer: Any = Client().generic(upload["method"], path, content, kind)
    return int(answer.status_code)


def test_an_announced_file_is_stored_then_completed(cast: Cast, task: Task) -> None:
    client = client_of(cast.max)
    made = announce(client, task, 3, sha256=OIL.upper())
    assert (made["state"], made["content_type"], made["sha256"]) == ("PENDING", "", OIL)
    assert made["upload"]["headers"] == [{"name": "Content-Type", "value": "text/plain"}]
    path = f"/api/attachments/{made['id']}"
    assert client.ask("GET", f"{path}/download", status=409)["code"] == "not_ready"
    assert store(made, b"Oil") == 204
    done = client.ask("POST", f"{path}/complete")["data"]
    assert (done["state"], done["content_type"], done["version"]) == ("READY", "text/plain", 2)
    assert client.ask("POST", f"{path}/complete")["data"] == done
    moe = client_of(cast.moe)
    assert moe.ask("GET", f"/api/tasks/{task.pk}/attachments")["data"][0]["id"] == made["id"]
    assert follow(moe.ask("GET", f"{path}/download")["data"]["url"]).content == b"Oil"
    assert [action for action, _, _ in log_of(Attachment.objects.get())] == ["attached"]
    assert store(made, b"Bad") == 404


@pytest.mark.parametrize(
    ("content", "kind"), [(b"Oil it", "text/plain"), (b"O", "text/plain"), (b"Oil", "image/png")]
)
def test_another_size_or_type_is_not_stored(
    cast: Cast, task: Task, content: bytes, kind: str
) -> None:
    made = announce(client_of(cast.max), task, 3)
    assert store(made, content, kind) == 400
    refusal = client_of(cast.max).ask("POST", f"/api/attachments/{made['id']}/complete", status=409)
    assert refusal["code"] == "upload_missing"


def test_a_file_other_than_the_announced_one_is_not_completed(cast: Cast, task: Task) -> None:
    client = client_of(cast.max)
    made = announce(client, task, 3, sha256=OIL)
    path = f"/api/attachments/{made['id']}/complete"
    store(made, b"Bad")
    assert client.ask("POST", path, status=409)["code"] == "upload_differs"
    key = Attachment.objects.get().storage_key
    storage().save(key, BytesIO(b"Longer"), "")
    assert client.ask("POST", path, status=409)["code"] == "upload_differs"
    assert store(made, b"Oil") == 204
    client.ask("POST", path)
    program = announce(client, task, 4, file_name="cat.png", content_type="image/png")
    assert store(program, b"MZ\x90\0", "image/png") == 204
    path = f"/api/attachments/{program['id']}/complete"
    assert client.ask("POST", path, status=400)["code"] == "disguised_file"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"size": 0}, "size"),
        ({"size": LARGEST + 1}, "size"),
        ({"size": "many"}, "size"),
        ({"sha256": "x" * 64}, "sha256"),
        ({"content_type": "text"}, "content_type"),
        ({"content_type": "téxt/plain"}, "content_type"),
        ({"content_type": "text/plain\u0661"}, "content_type"),
        ({"content_type": "a/b\r\nX: y"}, "content_type"),
        ({"file_name": ""}, "file_name"),
        ({"comment_id": "1"}, "comment_id"),
    ],
)
def test_an_announcement_that_makes_no_sense_is_refused(
    cast: Cast, task: Task, wrong: dict[str, Any], field: str
) -> None:
    body = {"file_name": "a.txt", "size": 3, **wrong}
    path = f"/api/tasks/{task.pk}/attachments"
    refusal = client_of(cast.max).ask("POST", path, body, status=400)
    assert list(refusal["errors"]) == [field]
    assert not Attachment.objects.exists()


def test_an_upload_deleted_before_it_is_complete_is_gone(cast: Cast, task: Task) -> None:
    client = client_of(cast.max)
    made = announce(client, task, 3)
    client.ask("DELETE", f"/api/attachments/{made['id']}", status=204)
    assert store(made, b"Oil") == 404
    client.ask("POST", f"/api/attachments/{made['id']}/complete", status=404)
    client.ask("POST", f"/api/attachments/{made['id']}/restore", status=404)


def test_completed_at_the_same_moment_it_is_added_once(
    committed_db: CommittedDatabase, cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    settings.ATTACHMENTS_DIR = tmp_path / "files"
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    begun = begin_upload(actor=by(cast.max), task=task, upload=Upload("a.txt", size=3))
    storage().save(begun.storage_key, BytesIO(b"Oil"), "")
    call = partial(complete_upload, actor=by(cast.max), attachment=begun)
    done = at_once(call, call, call)
    kept = Attachment.objects.get()
    assert {file.storage_key for file in done} == {kept.storage_key}
    assert [file.key for file in storage().files_after("")] == [kept.storage_key]
    assert StoredBytes.objects.get().total == 3
    assert len(log_of(kept)) == 1
