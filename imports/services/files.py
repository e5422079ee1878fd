"""Files to import from: sent through this server, or directly to where files are kept."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from attachments.files.names import display_name, name_in_key
from attachments.files.types import BINARY
from attachments.services.contents import Contents, contents_of
from attachments.services.links import Announced, register_upload
from attachments.services.quota import check_room, free_room, take_room_beside_tasks
from attachments.services.removal import search_for_orphans
from attachments.services.transfers import (
    AnnouncedFile,
    checked_copy,
    removed_if_refused,
    transfer,
)
from attachments.services.uploads import EmptyFile, UploadMissing
from attachments.storage.base import RETRY_AFTER, pieces
from attachments.storage.chosen import storage
from core.actor import Actor
from core.context import as_system
from core.errors import Conflict, NotFound, Refusal, Unavailable
from core.models import uuid7
from core.queries import insert
from core.rights import require
from imports.models import ImportFile
from imports.rights import CREATE_IMPORT
from workspaces.models import Workspace

MOST_FILES = 20
"""Of one person in one workspace."""
UPLOAD = "import"
"""The purpose of links at which announced files are stored."""
KEYS = "imports"
OURS = re.compile(rf"{KEYS}/[0-9a-f-]{{36}}/[0-9a-f-]{{36}}/[A-Za-z0-9._-]+")


class TooManyImportFiles(Conflict):
    message = f"You have {MOST_FILES} files to import in this workspace already: delete one."


class ImportFileNotReady(Conflict):
    message = "The file is not complete."


class ImportFileGone(Conflict):
    message = "The file to import is no longer there: upload it again."


@transaction.atomic
def upload_import_file(
    *, actor: Actor, workspace: Workspace, file_name: str, content: IO[bytes]
) -> ImportFile:
    """Store a file; `content` is read twice."""
    require(CREATE_IMPORT, workspace, actor)
    name = display_name(file_name)
    content.seek(0)
    found = contents_of(content, name)
    if not found.size:
        raise EmptyFile
    check_room(workspace.pk, found.size)
    key = _new_key(workspace.pk, name)
    content.seek(0)
    with transfer() as limited:
        storage().save(key, limited(content), BINARY)
    try:
        return _add_stored(actor, workspace, name, found, key)
    except Refusal:
        storage().remove(key)  # no row has ever referred to it
        raise


@transaction.atomic
def begin_import_file(
    *, actor: Actor, workspace: Workspace, file_name: str, size: int, sha256: str = ""
) -> ImportFile:
    """Announce a file that the client is going to store itself."""
    name = display_name(file_name)
    file = ImportFile(
        workspace_id=workspace.pk,
        uploaded_by=actor.person,
        file_name=name,
        size=size,
        sha256=sha256.lower(),
        storage_key=_new_key(workspace.pk, name),
    )
    return _added(actor, workspace, file)


@transaction.atomic
def complete_import_file(*, actor: Actor, file: ImportFile) -> ImportFile:
    """Check the file that the client has stored; what is complete already stays as it is."""
    require(CREATE_IMPORT, file, actor)
    if file.state == ImportFile.State.READY:
        return file
    key = _new_key(file.workspace_id, file.file_name)
    announced = AnnouncedFile(file.storage_key, file.file_name, file.size, file.sha256)
    with removed_if_refused(key):
        return _complete(actor, file, checked_copy(announced, key), key)


@transaction.atomic
def delete_import_file(*, actor: Actor, file: ImportFile, version: int | None = None) -> None:
    """Delete one's own file at once; an import that reads it has its own copy."""
    locked: ImportFile = ImportFile.objects.locked(file.pk)
    if not (actor.is_trusted or locked.belongs_to(actor.person)):
        raise NotFound
    locked.check_version(version)
    remove_rows([locked])
    transaction.on_commit(partial(storage().remove, locked.storage_key), robust=True)


def remove_rows(files: Sequence[ImportFile]) -> None:
    """Delete locked rows and free their bytes; files without rows are removed within a day."""
    ImportFile.objects.filter(pk__in=[file.pk for file in files]).delete()
    for file in sorted(files, key=lambda file: file.workspace_id):
        free_room(file.workspace_id, file.size)


@as_system("import files of somebody who is gone, in all workspaces")
def remove_files_of(*, actor: Actor, person: User) -> None:
    """Delete all import files of the person."""
    rows = ImportFile.objects.filter(uploaded_by=person).order_by("pk")
    remove_rows(list(rows.select_for_update(no_key=True)))


@contextmanager
def open_import_file(file_id: UUID | str, actor: Actor) -> Iterator[tuple[IO[bytes], str]]:
    """The person's file on this machine, where it can be sought, and its SHA-256.

    ImportFileGone if they have no such file; within a transaction, which may wait for the copy.
    """
    file = ImportFile.objects.visible_to(actor).filter(pk=file_id).first()
    if file is None:
        raise ImportFileGone
    if file.state != ImportFile.State.READY:
        raise ImportFileNotReady
    with TemporaryFile() as copy:
        try:
            with transfer() as limited, storage().open(file.storage_key) as content:
                for piece in pieces(limited(content)):
                    copy.write(piece)
            copy.seek(0)
        except FileNotFoundError:
            raise ImportFileGone from None
        except OSError as problem:  # the disk is full
            raise Unavailable(retry_after=RETRY_AFTER) from problem
        yield copy, file.sha256


def _new_key(workspace_id: UUID, name: str) -> str:
    """Each file gets a key of its own, so that none is ever replaced."""
    return f"{KEYS}/{workspace_id}/{uuid7()}/{name_in_key(name)}"


@transaction.atomic  # a refusal frees the rows before the file is removed
def _add_stored(
    actor: Actor, workspace: Workspace, name: str, found: Contents, key: str
) -> ImportFile:
    file = ImportFile(
        workspace_id=workspace.pk,
        uploaded_by=actor.person,
        file_name=name,
        size=found.size,
        sha256=found.sha256,
        state=ImportFile.State.READY,
        storage_key=key,
    )
    return _added(actor, workspace, file)


def _added(actor: Actor, workspace: Workspace, file: ImportFile) -> ImportFile:
    """The file, in the room that is taken: whoever adds one at the same moment waits."""
    take_room_beside_tasks(workspace.pk, file.size)
    require(CREATE_IMPORT, workspace, actor)
    own = ImportFile.objects.filter(uploaded_by=actor.person, workspace=workspace)
    if own.count() >= MOST_FILES:
        raise TooManyImportFiles
    insert(file)
    return file


@transaction.atomic  # as for `_add_stored`
def _complete(actor: Actor, file: ImportFile, found: Contents | None, key: str) -> ImportFile:
    locked: ImportFile = ImportFile.objects.locked(file.pk)
    require(CREATE_IMPORT, locked, actor)
    if locked.state == ImportFile.State.READY:  # by another request, meanwhile
        transaction.on_commit(partial(storage().remove, key), robust=True)
        return locked
    if found is None:
        raise UploadMissing
    transaction.on_commit(partial(storage().remove, locked.storage_key), robust=True)
    locked.sha256, locked.state, locked.storage_key = found.sha256, ImportFile.State.READY, key
    locked.save_changes("sha256", "state", "storage_key")
    return locked


@as_system("the holder of a link to an import file")
def _announced(pk: UUID) -> Announced | None:
    begun = ImportFile.objects.filter(state=ImportFile.State.PENDING, workspace__deleted_at=None)
    file = begun.filter(pk=pk).first()
    return Announced(file.storage_key, file.size, BINARY) if file else None


@as_system("import files without rows")
def _without_row(keys: list[str]) -> list[str]:
    rows: Any = ImportFile.objects.filter(storage_key__in=keys)
    known = {*rows.values_list("storage_key", flat=True)}
    return [key for key in keys if key not in known]


register_upload(UPLOAD, _announced)
search_for_orphans(OURS, _without_row)
