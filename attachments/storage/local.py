"""Files in a folder that only this server's user may enter, and that is not served as such."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from attachments.storage.base import CHUNK, RETRY_AFTER, FileLink, UploadTicket
from attachments.storage.links import READ, THUMBNAIL, WRITE, link_for
from core.errors import Unavailable

PRIVATE = 0o700
UNFINISHED = ".unfinished"


class LocalStorage:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, key: str, content: IO[bytes], content_type: str) -> None:
        path = self._made(key)
        with NamedTemporaryFile(dir=path.parent, suffix=UNFINISHED, delete=False) as file:
            try:
                shutil.copyfileobj(content, file, CHUNK)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException as problem:
                Path(file.name).unlink(missing_ok=True)
                if isinstance(problem, OSError):  # such as a disk that is full
                    raise Unavailable(retry_after=RETRY_AFTER) from problem
                raise

    def open(self, key: str) -> IO[bytes]:
        return self._path(key).open("rb")

    def size_of(self, key: str) -> int | None:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            return None

    def copy(self, source: str, target: str) -> None:
        """By a second name for the same file, which nobody changes: `save` makes new ones."""
        os.link(self._path(source), self._made(target))

    def remove(self, key: str) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        # Its own folder only: in those above another file may be saved at this moment.
        with suppress(OSError):
            path.parent.rmdir()

    def old_keys(self, seconds: int) -> Iterator[str]:
        before = time.time() - seconds
        for folder, _, names in os.walk(self.folder):
            for path in (Path(folder, name) for name in names):
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        yield path.relative_to(self.folder).as_posix()

    def reading_link(self, link: FileLink) -> str:
        return link_for(THUMBNAIL if link.is_thumbnail else READ, link.attachment)

    def upload_ticket(self, attachment: str, key: str, size: int, kind: str) -> UploadTicket:
        return UploadTicket("PUT", link_for(WRITE, attachment), {"Content-Type": kind})

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if any(part in ("", ".", "..") for part in parts):
            message = f"{key!r} is no key of a file"
            raise ValueError(message)
        return self.folder.joinpath(*parts)

    def _made(self, key: str) -> Path:
        """The path, with its folders."""
        self.folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
