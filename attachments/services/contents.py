"""What is found out about a file by reading it once, and the key it is stored under."""

from hashlib import sha256
from typing import IO, NamedTuple
from uuid import UUID

from attachments.files.names import name_in_key
from attachments.files.types import SNIFFED, sniffed_type
from attachments.storage.base import UPLOADS, pieces
from core.models import uuid7
from tasks.models import Task


class Contents(NamedTuple):
    size: int
    sha256: str
    content_type: str


def contents_of(file: IO[bytes], name: str) -> Contents:
    """Size, hash and type of what can be read; archives and pictures are not opened."""
    head, size, digest = b"", 0, sha256()
    for piece in pieces(file):
        head += piece[: SNIFFED - len(head)]
        size += len(piece)
        digest.update(piece)
    return Contents(size, digest.hexdigest(), sniffed_type(head, name))


def new_key(task: Task, name: str) -> str:
    """Each file gets a key of its own, so that none is ever replaced."""
    place = (task.workspace_id, task.project_id, task.pk, uuid7())
    return "/".join([*map(str, place), name_in_key(name)])


def upload_key(attachment: UUID, name: str) -> str:
    """The key under which a client stores a file itself, until it has been checked."""
    return f"{UPLOADS}{attachment}/{name_in_key(name)}"
