"""Forms that no browser sends: each is stored as it stands, or refused with nothing kept."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from attachments.models import Attachment
from tasks.models import Task
from tests.support.cast import Cast, client_of

FILE = b'Content-Disposition: form-data; name="file"; filename="a.txt"'
NAMED = FILE.replace(b'"a.txt"', b"%s")
FIELD = b'Content-Disposition: form-data; name="%s"'
IN_BASE64 = FILE + b"\r\nContent-Transfer-Encoding: base64"
END = b"--x--\r\n"
FORM = "multipart/form-data; boundary=x"


def part(head: bytes, content: bytes = b"Oil") -> bytes:
    return b"--x\r\n" + head + b"\r\n\r\n" + content + b"\r\n"


def sent(cast: Cast, task: Task, body: Any, kind: str = FORM) -> Any:
    path = f"/api/tasks/{task.pk}/attachments"
    return client_of(cast.max).generic("POST", path, body, kind)


REFUSED = {
    "nothing": b"",
    "only the end": END,
    "without an end": part(FILE),
    "cut within the head": b"--x\r\nContent-Disposi",
    "of another boundary": part(FILE).replace(b"--x", b"--y") + b"--y--\r\n",
    "two files": part(FILE) + part(FILE, b"Two") + END,
    "200 files": part(FILE) * 200 + END,
    "3,000 fields": part(FIELD % b"a") * 3000 + part(FILE) + END,
    "a name of 10,000 characters": part(NAMED % (b'"' + b"a" * 10_000 + b'"')) + END,
    "an empty name": part(NAMED % b'""') + END,
    "a name that is no UTF-8": part(NAMED % b'"a\xff\xfe.txt"') + END,
    "a head of a megabyte": part(FILE + b"\r\nX: " + b"a" * 1_000_000) + END,
    "10,000 lines of a head": part(FILE + b"\r\nX: a" * 10_000) + END,
    "a form in a form": part(FIELD % b"file" + b"\r\nContent-Type: multipart/mixed; boundary=y")
    + END,
    "wrong base64": part(IN_BASE64, b"!" * 3_000_001) + END,
    "a comment that is NUL": part(FIELD % b"comment_id", b"\0") + part(FILE) + END,
    "a comment that is no UTF-8": part(FIELD % b"comment_id", b"\xff") + part(FILE) + END,
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(
    cast: Cast, task: Task, body: bytes, settings: Settings, tmp_path: Path
) -> None:
    settings.ATTACHMENTS_DIR = tmp_path / "files"
    answer = sent(cast, task, body)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("invalid", "malformed")
    assert not Attachment.objects.exists()
    assert not settings.ATTACHMENTS_DIR.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b'filename="../../etc/passwd"', "passwd"),
        (b'filename="a\0b.txt"', "ab.txt"),
        ('filename="a\u202etxt.exe"'.encode(), "atxt.exe"),
        (b"filename*=utf-8''a%00%2e%2e%2fb.txt", "b.txt"),
        (b"filename*=zip''a.txt", "a.txt"),
        (b"filename=" + b'"' + b"\xc3\xbc" * 400 + b'.txt"', "ü" * 251 + ".txt"),
    ],
)
def test_names_in_forms_are_made_harmless(cast: Cast, task: Task, name: bytes, shown: str) -> None:
    answer = sent(cast, task, part(b'Content-Disposition: form-data; name="file"; ' + name) + END)
    assert answer.status_code == 201, answer.content
    assert answer.json()["data"]["file_name"] == shown


@pytest.mark.parametrize(
    ("kind", "claimed"),
    [
        (b"text/plain; charset=zip", "text/plain"),
        (b"text/plain; charset=\xff\0", ""),
        (b"text/\0plain", ""),
        (b"a" * 900 + b"/b", ""),
        ("text/ü\u202e".encode(), ""),
        (b"text/plain\x0bX: y", ""),
        (b"text/html", "text/html"),
    ],
)
def test_a_claimed_type_is_a_media_type_or_none(
    cast: Cast, task: Task, kind: bytes, claimed: str
) -> None:
    answer = sent(cast, task, part(FILE + b"\r\nContent-Type: " + kind) + END)
    assert answer.status_code == 201, answer.content
    assert answer.json()["data"]["claimed_type"] == claimed


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        ("multipart/form-data; boundary=ü", 400),
        ("MULTIPART/FORM-DATA; boundary=x", 400),
        (f"multipart/form-data; boundary={'x' * 500}", 415),
        ("multipart/form-dataX; boundary=x", 415),
        ("multipart/mixed; boundary=x", 415),
        ("", 415),
    ],
)
def test_forms_of_wrong_types_are_refused(cast: Cast, task: Task, kind: str, status: int) -> None:
    assert sent(cast, task, part(FILE) + END, kind).status_code == status
