"""Files in a folder that only this server's user may enter, and that is not served as such."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from attachments.storage.base import CHUNK, RETRY_AFTER, FileLink, StoredFile, UploadTicket
from attachments.storage.links import link_for
from core.errors import Unavailable

PRIVATE = 0o700
UNFINISHED = ".unfinished"


class LocalStorage:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, key: str, content: IO[bytes], content_type: str) -> None:
        try:
            self._write(self._made(key), content)
        except OSError as problem:  # such as a disk that is full
            raise Unavailable(retry_after=RETRY_AFTER) from problem

    def open(self, key: str) -> IO[bytes]:
        return self._path(key).open("rb")

    def copy(self, source: str, target: str) -> None:
        """By a second name for the same file, which nobody changes: `save` makes new ones.

        Its age begins anew. Some file systems know no second names: there the file is copied.
        """
        path = self._path(source)
        try:
            os.utime(path)
            os.link(path, self._made(target))
        except FileNotFoundError:
            raise
        except OSError:
            with path.open("rb") as content:
                self.save(target, content, "")

    def remove(self, key: str) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        # Its own folder only: in those above another file may be saved at this moment.
        with suppress(OSError):
            path.parent.rmdir()

    def files_after(self, key: str) -> Iterator[StoredFile]:
        """Folder by folder, in each by name."""
        for path in _files_in(self.folder, key.split("/") if key else []):
            with suppress(FileNotFoundError):
                changed_at = path.stat(follow_symlinks=False).st_mtime
                yield StoredFile(path.relative_to(self.folder).as_posix(), changed_at)

    def reading_link(self, link: FileLink) -> str:
        return link_for(link.purpose, link.row)

    def upload_ticket(self, file: FileLink, size: int) -> UploadTicket:
        url = link_for(file.purpose, file.row)
        return UploadTicket("PUT", url, {"Content-Type": file.content_type})

    def _write(self, path: Path, content: IO[bytes]) -> None:
        with NamedTemporaryFile(dir=path.parent, suffix=UNFINISHED, delete=False) as file:
            try:
                shutil.copyfileobj(content, file, CHUNK)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise

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


def _files_in(folder: Path, after: list[str]) -> Iterator[Path]:
    """The files in a folder and in those inside of it that follow the path `after`."""
    first, rest = (after[0], after[1:]) if after else ("", [])
    entries: list[os.DirEntry[str]] = []
    with suppress(FileNotFoundError):
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    for entry in entries:
        if entry.name >= first and entry.is_dir(follow_symlinks=False):
            yield from _files_in(folder / entry.name, rest if entry.name == first else [])
        elif entry.name > first:
            yield folder / entry.name
