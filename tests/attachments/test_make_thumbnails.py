"""Workers make thumbnails of pictures; whatever is no whole picture stays without."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pytest_django import Settings

from attachments.background import make_thumbnails
from attachments.models import Attachment
from attachments.services import pictures
from attachments.services.uploads import Upload, upload_file
from tasks.models import Task
from tests.attachments.sending import follow, picture
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.context import without_context


def add(cast: Cast, task: Task, content: bytes, name: str = "a.png") -> Attachment:
    file = BytesIO(content)
    return upload_file(actor=by(cast.max), task=task, upload=Upload(name), content=file)


def run() -> None:
    with without_context():
        make_thumbnails()


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.ATTACHMENTS_DIR = tmp_path / "files"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_get_thumbnails(cast: Cast, task: Task, kind: str) -> None:
    added = add(cast, task, picture(kind))
    client, path = client_of(cast.moe), f"/api/attachments/{added.pk}"
    client.ask("GET", f"{path}/thumbnail", status=404)
    run()
    link = client.ask("GET", f"{path}/thumbnail")["data"]["url"]
    answer: Any = follow(link)
    assert answer.headers["Content-Type"] == "image/webp"
    assert Image.open(BytesIO(answer.content)).size == (512, 341)
    shown = client.ask("GET", path)["data"]
    assert (shown["thumbnail_size"], shown["version"]) == (len(answer.content), 2)
    run()
    assert client.ask("GET", path)["data"] == shown


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        picture("PNG")[:-40],
        picture("JPEG")[:200],
        b"GIF89a=1;alert(1)",
        b"RIFF\0\0\0\0WEBP",
    ],
)
def test_broken_pictures_stay_without(cast: Cast, task: Task, content: bytes) -> None:
    added = add(cast, task, content)
    run()
    added.refresh_from_db()
    assert (added.thumbnail_size, added.thumbnail_tried_at is None) == (None, False)


def test_pictures_of_too_many_pixels_are_not_decoded(
    cast: Cast, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = add(cast, task, picture("PNG", (6000, 5000), "1"))
    small = add(cast, task, picture("PNG"), "b.png")
    monkeypatch.setattr(pictures, "_small", lambda image: bytes(image.size[0] > 1200) or b"x")
    run()
    bomb.refresh_from_db()
    small.refresh_from_db()
    assert (bomb.thumbnail_size, small.thumbnail_size) == (None, 1)


def test_other_files_are_not_opened(cast: Cast, task: Task) -> None:
    archive = add(cast, task, b"PK\x03\x04" + b"\0" * 100, "bomb.zip")
    run()
    archive.refresh_from_db()
    assert archive.thumbnail_tried_at is None
