"""Files with a service that speaks S3: a real server on this machine, asked over HTTP."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone
from pytest_django import Settings

from attachments.background import make_thumbnails, remove_files, remove_orphans
from attachments.models import Attachment, Sweep
from attachments.services import removal
from config import local
from core.errors import Unavailable
from tasks.models import Task
from tests.attachments.line import Line
from tests.attachments.sending import announce, attach, picture, send
from tests.support.cast import Cast, client_of
from tests.support.context import without_context

pytestmark = pytest.mark.usefixtures("bucket")


def keys(bucket: Any) -> list[str]:
    return [file.key for file in bucket.files_after("")]


def store(upload: Any, content: bytes) -> int:
    """The status of the form that a client sends to the service."""
    fields = {field["name"]: field["value"] for field in upload["fields"]}
    return requests.post(
        upload["url"], data=fields, files={"file": content}, timeout=10
    ).status_code


def test_a_form_with_a_file_is_kept_in_the_bucket(cast: Cast, task: Task, bucket: Any) -> None:
    client = client_of(cast.max)
    made = attach(client, task, 'Plan "für".txt', b"Oil")
    key = Attachment.objects.get().storage_key
    assert keys(bucket) == [key]
    link = client.ask("GET", f"/api/attachments/{made['id']}/download")["data"]
    asked = parse_qs(urlsplit(link["url"]).query)
    assert asked["X-Amz-Expires"] == ["300"]
    assert 0 < (datetime.fromisoformat(link["expires_at"]) - timezone.now()).seconds <= 300
    answer = requests.get(link["url"], timeout=10)
    assert (answer.status_code, answer.content) == (200, b"Oil")
    shown = "attachment; filename*=utf-8''Plan%20_f%C3%BCr_.txt"
    assert answer.headers["Content-Disposition"] == shown
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_an_announced_file_is_stored_by_a_signed_form(cast: Cast, task: Task) -> None:
    client = client_of(cast.max)
    made = announce(client, task, 3)
    upload, path = made["upload"], f"/api/attachments/{made['id']}"
    assert upload["method"] == "POST"
    client.ask("POST", f"{path}/complete", status=409)
    assert store(upload, b"Oil") in (200, 204)
    begun = Attachment.objects.get().storage_key
    done = client.ask("POST", f"{path}/complete")["data"]
    assert (done["state"], done["content_type"]) == ("READY", "text/plain")
    assert client.ask("POST", f"{path}/complete")["data"] == done
    assert store(upload, b"Bad") in (200, 204)
    link = client.ask("GET", f"{path}/download")["data"]["url"]
    assert Attachment.objects.get().storage_key != begun
    assert requests.get(link, timeout=10).content == b"Oil"


def test_the_form_permits_one_key_size_and_type_for_five_minutes(cast: Cast, task: Task) -> None:
    upload = announce(client_of(cast.max), task, 3)["upload"]
    fields = {field["name"]: field["value"] for field in upload["fields"]}
    policy = json.loads(base64.b64decode(fields["policy"]))
    ends = datetime.fromisoformat(policy["expiration"])
    assert 0 < (ends - timezone.now()).total_seconds() <= 300
    key = Attachment.objects.get().storage_key
    assert key.startswith("uploads/")
    assert ["content-length-range", 3, 3] in policy["conditions"]
    assert {"Content-Type": "text/plain"} in policy["conditions"]
    assert {"key": key} in policy["conditions"]
    assert fields["key"] == key


def test_another_size_is_not_completed(cast: Cast, task: Task, bucket: Any) -> None:
    client = client_of(cast.max)
    made = announce(client, task, 3)
    bucket.save(Attachment.objects.get().storage_key, BytesIO(b"Longer"), "")
    refusal = client.ask("POST", f"/api/attachments/{made['id']}/complete", status=409)
    assert refusal["code"] == "upload_differs"


def test_files_are_removed_from_the_bucket(
    cast: Cast, task: Task, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(client_of(cast.max), task)
    file = Attachment.objects.get()
    lost = f"{file.storage_key.rpartition('/')[0]}/lost.txt"
    bucket.save(lost, BytesIO(b"Lost"), "")
    monkeypatch.setattr(removal, "ORPHANED_AFTER", -60)
    with without_context():
        remove_orphans()
    assert keys(bucket) == [file.storage_key]
    Attachment.objects.update(deleted_at=timezone.now(), purged_at=timezone.now())
    with without_context():
        remove_files()
        remove_files()
    assert keys(bucket) == []
    with pytest.raises(FileNotFoundError), bucket.open(file.storage_key):
        pass


def test_a_search_goes_on_where_the_one_before_had_no_more_time(
    cast: Cast, task: Task, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1,200 files of others come first: more than one answer of S3 lists."""
    attach(client_of(cast.max), task)
    kept = Attachment.objects.get().storage_key
    others = [f"0/{number:04}" for number in range(1200)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda key: bucket.save(key, BytesIO(b"Else"), ""), others))
    bucket.save(f"{kept.rpartition('/')[0]}/lost.txt", BytesIO(b"Lost"), "")
    monkeypatch.setattr(removal, "ORPHANED_AFTER", -60)
    with without_context():
        for last_key in ("0/0499", "0/0999", "0/0999", kept, ""):
            removal.remove_orphans(has_time=lambda: False)
            assert Sweep.objects.get().last_key == last_key
    assert keys(bucket) == [*others, kept]


def test_a_search_while_the_service_is_away_is_unavailable(cast: Cast, settings: Settings) -> None:
    gone = f"http://127.0.0.1:{local.free_port()}"
    settings.ATTACHMENTS_BUCKET = ("files", "key", "secret", "us-east-1", gone)
    with without_context(), pytest.raises(Unavailable):
        remove_orphans()


def test_while_the_service_is_away_files_are_refused(
    cast: Cast, task: Task, settings: Settings
) -> None:
    gone = f"http://127.0.0.1:{local.free_port()}"
    settings.ATTACHMENTS_BUCKET = ("files", "key", "secret", "us-east-1", gone)
    refused: Any = send(client_of(cast.max), task, "a.txt", b"Oil")
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert not Attachment.objects.exists()


def test_a_thumbnail_is_tried_again_once_the_service_is_back(
    cast: Cast, task: Task, settings: Settings
) -> None:
    attach(client_of(cast.max), task, "a.png", picture("PNG"))
    there = settings.ATTACHMENTS_BUCKET
    settings.ATTACHMENTS_BUCKET = (*there[:4], f"http://127.0.0.1:{local.free_port()}")
    with without_context(), pytest.raises(Unavailable):
        make_thumbnails()
    assert Attachment.objects.get().thumbnail_tried_at is None
    settings.ATTACHMENTS_BUCKET = there
    with without_context():
        make_thumbnails()
    assert Attachment.objects.get().thumbnail_key


def test_a_picture_of_which_half_arrives_is_tried_again(
    cast: Cast, task: Task, distant_bucket: Any, line: Line
) -> None:
    attach(client_of(cast.max), task, "a.png", picture("PNG", (400, 400), "L") + bytes(100_000))
    line.most_answered = 50_000
    with without_context(), pytest.raises(Unavailable):
        make_thumbnails()
    line.most_answered = None
    with without_context():
        make_thumbnails()
    assert Attachment.objects.get().thumbnail_key
