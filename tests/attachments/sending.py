"""Files as clients send them, and links as they follow them."""

from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.http import HttpResponseBase
from django.test.client import BOUNDARY, encode_multipart
from PIL import Image

from tasks.models import Task
from tests.support.cast import Client

PNG = b"\x89PNG\r\n\x1a\n" + b"not a whole picture"


def picture(kind: str, size: tuple[int, int] = (1200, 800), mode: str = "RGB") -> bytes:
    made = BytesIO()
    Image.new(mode, size, 7).save(made, kind)
    return made.getvalue()


def send(client: Client, task: Task, name: str, content: bytes, **more: Any) -> HttpResponseBase:
    """Send a form with a file; `kind` is its type, and further values are fields or headers."""
    kind, headers = more.pop("kind", "application/octet-stream"), more.pop("headers", {})
    boundary = more.pop("boundary", BOUNDARY)
    fields = encode_multipart(boundary, more).rpartition(f"--{boundary}--".encode())[0]
    head = (
        f"--{boundary}\r\nContent-Disposition: form-data; "
        f'name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    )
    body: Any = fields + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    path = f"/api/tasks/{task.pk}/attachments"
    answer: HttpResponseBase = client.generic(
        "POST", path, body, f"multipart/form-data; boundary={boundary}", headers=headers
    )
    return answer


def attach(client: Client, task: Task, name: str = "plan.txt", content: bytes = b"Oil") -> Any:
    """The document of a file that has been sent."""
    answer: Any = send(client, task, name, content)
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


def announce(client: Client, task: Task, size: int, **fields: Any) -> Any:
    """The document of an announced file, with the request that stores it."""
    body = {"file_name": "plan.txt", "size": size, "content_type": "text/plain", **fields}
    return client.ask("POST", f"/api/tasks/{task.pk}/attachments", body, status=201)["data"]


class Followed(NamedTuple):
    """What anybody reads behind a link of this server."""

    status: int
    headers: Any
    content: bytes


def follow(url: str) -> Followed:
    answer: Any = Client().get(urlsplit(url).path)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return Followed(answer.status_code, answer.headers, content)
