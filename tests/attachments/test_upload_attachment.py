"""Sending a file with a form, and reading it again."""

import hashlib
from typing import Any

from attachments.models import Attachment, StoredBytes
from attachments.services.uploads import LARGEST
from comments.models import Comment
from tasks.models import Task
from tests.attachments.sending import attach, follow, send
from tests.support.cast import Cast, client_of
from tests.support.documents import attachment_document, task_with_files
from tests.support.full_disk import files_of_at_most
from tests.support.log import log_of


def test_upload_attachment_answers_the_attachment(cast: Cast, task: Task) -> None:
    answer: Any = send(client_of(cast.moe), task, "Plan.txt", b"Oil it", kind="text/markdown")
    made = Attachment.objects.get()
    assert (answer.status_code, answer["ETag"]) == (201, '"1"')
    shown = {**attachment_document(made, cast.moe), "upload": None}
    assert answer.json() == {"success": True, "data": shown}
    assert (made.uploaded_by, made.task, made.state) == (cast.moe, task, "READY")
    assert (made.file_name, made.size, made.claimed_type) == ("Plan.txt", 6, "text/markdown")
    assert made.sha256 == hashlib.sha256(b"Oil it").hexdigest()
    place = f"{made.workspace_id}/{task.project_id}/{task.pk}/"
    assert made.storage_key.startswith(place)
    assert made.storage_key.endswith("/Plan.txt")
    assert StoredBytes.objects.get().total == 6
    assert log_of(made) == [("attached", cast.moe.pk, {})]


def test_a_file_is_read_by_a_link_as_it_was_sent(cast: Cast, task: Task) -> None:
    content = bytes(range(256)) * 20_000
    made = attach(client_of(cast.moe), task, "engine.bin", content)
    link = client_of(cast.gus).ask("GET", f"/api/attachments/{made['id']}/download", status=404)
    assert link["code"] == "not_found"
    link = client_of(cast.max).ask("GET", f"/api/attachments/{made['id']}/download")["data"]
    answer = follow(link["url"])
    assert (answer.status, answer.headers["Content-Length"]) == (200, str(len(content)))
    assert answer.content == content


def test_attachments_are_listed_with_their_task_on_request(cast: Cast, comment: Comment) -> None:
    task, client = comment.task, client_of(cast.max)
    send(client, task, "a.txt", b"A", comment_id=str(comment.pk))
    attach(client, task, "b.txt")
    files = Attachment.objects.order_by("created_at")
    assert [file.comment for file in files] == [comment, None]
    shown = client.ask("GET", f"/api/tasks/{task.pk}/attachments")["data"]
    assert shown == [attachment_document(file, cast.max) for file in files]
    alone = client.ask("GET", f"/api/tasks/{task.pk}?include=attachments,attachment_count")
    assert alone["data"] == task_with_files(task, cast.max)
    assert "attachments" not in client.ask("GET", f"/api/tasks/{task.pk}")["data"]


def test_a_comment_on_another_task_is_refused(cast: Cast, comment: Comment, task: Task) -> None:
    client = client_of(cast.max)
    path = f"/api/projects/{cast.project.pk}/tasks"
    other = Task(pk=client.ask("POST", path, {"title": "Other"}, status=201)["data"]["id"])
    answer: Any = send(client, other, "a.txt", b"A", comment_id=str(comment.pk))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["errors"] == {"comment_id": ["Not found."]}
    body = {"file_name": "a.txt", "size": 3, "comment_id": str(comment.pk)}
    refused = client.ask("POST", f"/api/tasks/{other.pk}/attachments", body, status=400)
    assert refused["errors"] == {"comment_id": ["Not found."]}
    assert not Attachment.objects.exists()


def test_forms_without_a_file_or_with_an_empty_one_are_refused(cast: Cast, task: Task) -> None:
    client = client_of(cast.max)
    empty: Any = send(client, task, "a.txt", b"")
    assert (empty.status_code, list(empty.json()["errors"])) == (400, ["file"])
    path = f"/api/tasks/{task.pk}/attachments"
    none: Any = client.post(path, {"file": "text"}, "multipart")
    assert (none.status_code, list(none.json()["errors"])) == (400, ["file"])
    broken: Any = client.generic("POST", path, "--x", content_type="multipart/form-data")
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed")


def test_a_file_that_is_too_large_is_refused_unread(cast: Cast, task: Task) -> None:
    refused: Any = send(client_of(cast.max), task, "a.bin", b"x" * (LARGEST + 65_536))
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_the_same_form_is_answered_again_whatever_separates_its_parts(
    cast: Cast, task: Task
) -> None:
    client, key = client_of(cast.max), {"Idempotency-Key": "k"}
    first: Any = send(client, task, "a.txt", b"Oil", headers=key)
    again: Any = send(client, task, "a.txt", b"Oil", headers=key, boundary="other")
    other: Any = send(client, task, "a.txt", b"Oi!", headers=key)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.content == first.content
    assert Attachment.objects.count() == 1


def test_a_refused_file_is_not_kept(cast: Cast, task: Task, settings: Any) -> None:
    settings.ATTACHMENTS_DIR = settings.ATTACHMENTS_DIR / "refused"
    task.deleted_at = task.created_at
    task.save()
    gone: Any = send(client_of(cast.max), task, "a.txt", b"Oil")
    assert gone.status_code == 404
    assert not [*settings.ATTACHMENTS_DIR.rglob("*")]


def test_other_fields_of_a_form_are_as_small_as_any_body(cast: Cast, task: Task) -> None:
    refused: Any = send(client_of(cast.max), task, "a.txt", b"Oil", comment_id="x" * 1_100_000)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    wrong: Any = send(client_of(cast.max), task, "a.txt", b"Oil", comment_id="x")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["comment_id"])


def test_a_form_for_which_the_disk_has_no_room_is_refused(cast: Cast, task: Task) -> None:
    with files_of_at_most(1_000_000):
        refused: Any = send(client_of(cast.max), task, "a.bin", b"x" * 3_000_000)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused["Retry-After"] == "2"
    assert not Attachment.objects.exists()
