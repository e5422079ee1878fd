"""What is sent behind a link: names, types and headers that make a file harmless."""

import json
import time
from typing import Any

import pytest
from django.core import signing

from attachments.models import Attachment
from attachments.services.attachments import set_quarantine
from tasks.models import Task
from tests.attachments.sending import announce, attach, follow, send
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of

NAMES = [
    ("../../etc/passwd", "passwd"),
    ("/etc/passwd", "passwd"),
    ("C:\\boot.ini", "boot.ini"),
    ("a\u202etxt.exe", "atxt.exe"),
    ("con.txt", "_con.txt"),
    ("a<b>:c?.txt", "a_b__c_.txt"),
    ("  .hidden. ", "hidden"),
    ("Plan für 😀.txt", "Plan für 😀.txt"),
    ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
]
REFUSED = ["...", "\u202e", "x" * 256, "a\0b", "/", "x" * 4096, "\ud800"]


def announced_name(client: Client, task: Task, name: str) -> Any:
    body = {"file_name": name, "size": 3}
    return client.post(f"/api/tasks/{task.pk}/attachments", body, "json")


@pytest.mark.parametrize(("given", "shown"), NAMES)
def test_names_are_made_harmless(cast: Cast, task: Task, given: str, shown: str) -> None:
    made = announced_name(client_of(cast.max), task, given).json()["data"]
    assert made["file_name"] == shown


@pytest.mark.parametrize("name", REFUSED)
def test_names_of_which_nothing_is_left_are_refused(cast: Cast, task: Task, name: str) -> None:
    path = f"/api/tasks/{task.pk}/attachments"
    body = json.dumps({"file_name": name, "size": 3})
    answer: Any = client_of(cast.max).generic("POST", path, body, "application/json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["file_name"])
    assert not Attachment.objects.exists()


def test_headers_of_a_file(cast: Cast, task: Task) -> None:
    client = client_of(cast.max)
    made = attach(client, task, "Plan für 😀 'x'.txt", b"Oil")
    link = client.ask("GET", f"/api/attachments/{made['id']}/download")["data"]
    answer = follow(link["url"])
    shown = "attachment; filename*=utf-8''Plan%20f%C3%BCr%20%F0%9F%98%80%20%27x%27.txt"
    assert answer.headers["Content-Disposition"] == shown
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "content", "kind", "served"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n", "image/png", "image/png"),
        ("a.txt", b"<html><script>alert(1)</script>", "text/html", "application/octet-stream"),
        ("a.svg", b'<?xml version="1.0"?><svg onload="x"/>', "image/svg+xml", None),
        ("a.gif", b"GIF89a=1;alert(1)", "image/gif", "image/gif"),
        ("b.png", b"\x89PNG\r\n\x1a\n<script>x</script>PK\x03\x04", "image/png", "image/png"),
        ("b.txt", b"\xef\xbb\xbf <!DOCTYPE html><x>", "text/html", "application/octet-stream"),
        ("c.txt", b"\xff\xfe<\0h\0t\0m\0l\0>\0", "application/octet-stream", None),
        ("d.txt", b'<?xml version="1.0"?><html xmlns="x"/>', "text/html", None),
        ("a.pdf", b"%PDF-1.7 /JavaScript", "application/pdf", "application/pdf"),
        ("a.zip", b"PK\x03\x04" + b"\0" * 30, "application/zip", "application/zip"),
        ("setup.exe", b"MZ\x90\0", "application/x-executable", None),
        ("a.bin", b"\0\1\2", "application/octet-stream", None),
        ("a.md", "# Öl".encode(), "text/plain", "text/plain"),
        ("a.mp4", b"\0\0\0\x18ftypisom", "video/mp4", "video/mp4"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", "image/webp"),
    ],
)
def test_types_are_those_of_the_first_bytes(
    cast: Cast, task: Task, name: str, content: bytes, kind: str, served: str | None
) -> None:
    client = client_of(cast.max)
    made = attach(client, task, name, content)
    assert made["content_type"] == kind
    link = client.ask("GET", f"/api/attachments/{made['id']}/download")["data"]
    answer = follow(link["url"])
    assert answer.headers["Content-Type"] == (served or "application/octet-stream")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.content == content


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("cat.png", b"MZ\x90\0", "image/png"),
        ("cat.jpg", b"\x7fELF\2", ""),
        ("cat.gif", b"\xcf\xfa\xed\xfe", "image/gif"),
        ("cat.webp", b"#!/bin/sh\nrm -rf /", "image/webp"),
        ("report.pdf", b"MZ\x90\0", "application/pdf"),
        ("cat", b"MZ\x90\0", "image/png"),
    ],
)
def test_programs_that_pose_as_something_else_are_refused(
    cast: Cast, task: Task, name: str, content: bytes, kind: str
) -> None:
    refused: Any = send(client_of(cast.max), task, name, content, kind=kind)
    assert (refused.status_code, refused.json()["code"]) == (400, "disguised_file")
    assert not Attachment.objects.exists()


def test_what_is_under_quarantine_is_shown_and_not_read(cast: Cast, task: Task) -> None:
    client = client_of(cast.max)
    made = attach(client, task)
    path = f"/api/attachments/{made['id']}"
    link = client.ask("GET", f"{path}/download")["data"]["url"]
    set_quarantine(actor=by(None), attachment=Attachment.objects.get(), is_suspect=True)
    assert client.ask("GET", path)["data"]["state"] == "QUARANTINED"
    assert client.ask("GET", f"{path}/download", status=409)["code"] == "quarantined"
    assert follow(link).status == 409
    set_quarantine(actor=by(None), attachment=Attachment.objects.get(), is_suspect=False)
    assert follow(link).status == 200


def test_links_are_good_for_one_file_and_five_minutes(
    cast: Cast, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(cast.max)
    made = attach(client, task)
    link = client.ask("GET", f"/api/attachments/{made['id']}/download")["data"]["url"]
    path = link.partition("/api/files/")[2]
    for wrong in ("x", path[:-4] + "AAAA", signing.dumps({"a": made["id"]}), "/", "é" * 400):
        assert follow(f"http://x/api/files/{wrong}").status in (404, 414), wrong
    stored = announce(client, task, 3)["upload"]["url"]
    assert follow(stored).status == 404
    put: Any = Client().generic("PUT", f"/api/files/{path}", "New", "text/plain")
    assert put.status_code == 404
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    assert follow(link).status == 404


def test_files_are_not_listed(cast: Cast, task: Task) -> None:
    attach(client_of(cast.max), task)
    workspace = Attachment.objects.get().storage_key.partition("/")[0]
    for path in ("", "/", f"/{workspace}", f"/{workspace}/", "/..", "/%2e%2e/", "/uploads/"):
        answer: Any = client_of(cast.max).get(f"/api/files{path}")
        assert answer.status_code == 404, path
