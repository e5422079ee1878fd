"""Removing files: only after the rows they belong to have been committed as purged."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from django.db.models.functions import Now

from accounts.models import User
from attachments.models import Attachment, State, Sweep
from attachments.services.quota import free_room
from attachments.storage.base import StoredFile
from attachments.storage.chosen import storage
from core.actor import Actor
from core.context import as_system

THUMBNAIL = ".thumbnail.webp"
"""What the key of a thumbnail has after that of its file."""
ORPHANS = "files without rows"
ORPHANED_AFTER = 24 * 60 * 60
KEYS_AT_ONCE = 500
ON_TASKS = re.compile(
    r"(uploads|[0-9a-f-]{36}/[0-9a-f-]{36}/[0-9a-f-]{36})/[0-9a-f-]{36}/[A-Za-z0-9._-]+"
)
WithoutRow = Callable[[list[str]], list[str]]
_searched: dict[re.Pattern[str], WithoutRow] = {}


def search_for_orphans(keys: re.Pattern[str], without_row: WithoutRow) -> None:
    """Have files removed whose keys match and are among those `without_row` returns of them.

    Others may keep files in the same bucket, so the pattern matches what its app makes, no more.
    """
    _searched[keys] = without_row


@as_system("unfinished uploads of somebody who is gone, in all workspaces")
def end_uploads_of(*, actor: Actor, person: User) -> None:
    """End the uploads that the person has begun; files on tasks stay."""
    begun = Attachment.objects.filter(uploaded_by=person, state=State.PENDING, purged_at=None)
    end_uploads(begun.select_for_update(no_key=True).values_list("pk", flat=True))


def end_uploads(keys: Iterable[object]) -> None:
    """Mark these locked uploads as purged; `remove_files` removes rows and files."""
    now = Now()
    rows = Attachment.objects.filter(pk__in=list(keys))
    rows.update(deleted_at=now, purged_at=now, file_name="", sha256="", claimed_type="")


def remove_files(*, at_most: int) -> int:
    """Remove the files of purged rows; returns how many rows had some. Safe to repeat."""
    with as_system("files of what is purged"):
        purged = Attachment.objects.filter(purged_at__isnull=False).exclude(storage_key="")
        rows = list(purged.order_by("purged_at")[:at_most])
    for row in rows:
        for key in filter(None, (row.storage_key, row.thumbnail_key)):
            storage().remove(key)
        _note_removal(row)
    return len(rows)


def remove_orphans(*, has_time: Callable[[], bool]) -> None:
    """Remove files to which no row refers, such as those of requests that were rolled back.

    Only after a day: a file is stored before its row is committed. Looks at the files that follow
    those of the search before, until it has no more time; after the last one comes the first.
    """
    last_key = Sweep.objects.filter(name=ORPHANS).values_list("last_key", flat=True).first() or ""
    files = storage().files_after(last_key)
    while batch := list(islice(files, KEYS_AT_ONCE)):
        for key in _orphans(_old_keys(batch)):
            storage().remove(key)
            if not has_time():  # the next search finds this batch again, without what is removed
                return
        last_key = next((file.key for file in batch[::-1] if file.key.isprintable()), last_key)
        _note_sweep(last_key)
        if not has_time():
            return
    _note_sweep("")


def _old_keys(files: Iterable[StoredFile]) -> list[str]:
    before = time.time() - ORPHANED_AFTER
    return [key for key, changed_at in files if changed_at < before]


def _orphans(keys: list[str]) -> Iterator[str]:
    for pattern, without_row in _searched.items():
        if ours := [key for key in keys if pattern.fullmatch(key)]:
            yield from without_row(ours)


def _note_sweep(last_key: str) -> None:
    Sweep.objects.update_or_create(name=ORPHANS, defaults={"last_key": last_key})


@as_system("a file that has been removed")
def _note_removal(row: Attachment) -> None:
    """Forget the keys, and the row of an unfinished upload; its bytes are free again."""
    same = Attachment.objects.filter(pk=row.pk, storage_key=row.storage_key)
    if row.state == State.PENDING:
        changed = same.delete()[0]
    else:
        changed = same.update(storage_key="", thumbnail_key="")
    if changed:
        free_room(row.workspace_id, row.size)


@as_system("files without rows")
def _without_row(keys: list[str]) -> list[str]:
    owners = {key: key.removesuffix(THUMBNAIL) for key in keys}
    known = Attachment.objects.filter(storage_key__in=owners.values())
    pairs = dict(known.values_list("storage_key", "thumbnail_key"))
    return [
        key
        for key, owner in owners.items()
        if owner not in pairs or key not in (owner, pairs[owner])
    ]


search_for_orphans(ON_TASKS, _without_row)
