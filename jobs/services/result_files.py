"""Keeping the files that jobs make, for a day, and links to them."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from attachments.files.names import display_name, name_in_key
from attachments.files.types import served_type
from attachments.services.links import register_purpose
from attachments.storage.base import FileLink
from attachments.storage.chosen import storage
from core.context import as_system
from core.models import uuid7
from jobs.models import JobState, ResultFile
from jobs.registry import Run

KEPT_FOR = timedelta(hours=24)
RESULT = "result"
"""The purpose of links to these files."""
KEYS = "results/"
"""Keys of these files begin with it."""


def keep_file(run: Run, name: str, content_type: str, path: Path) -> ResultFile:
    """Store the file at `path` as a result of the job, and return its row.

    A file of the same name that the job has made before, such as in a step that is taken again, is
    replaced. Call it outside of a transaction, in a type without `is_transaction`: the row is
    committed first. Unavailable if the storage is.
    """
    row = _row(run, display_name(name), content_type)
    with path.open("rb") as content:
        storage().save(row.key, content, served_type(content_type))
    row.size, row.expires_at = path.stat().st_size, timezone.now() + KEPT_FOR
    with as_system("a file that a job has made"):
        row.save(update_fields=["size", "expires_at", "content_type"])
    return row


def described(file: ResultFile) -> dict[str, Any]:
    """The file as the results of jobs name it."""
    return {
        "id": str(file.pk),
        "name": file.name,
        "content_type": file.content_type,
        "size": file.size,
        "expires_at": file.expires_at.isoformat(),
    }


def result_link(file: ResultFile) -> str:
    """The address at which anybody can read the file for a few minutes."""
    return storage().reading_link(_about(file))


def remove_expired_files(*, at_most: int) -> int:
    """Remove files that have expired, and those of jobs that failed; safe to repeat.

    Returns how many there were.
    """
    with as_system("files of jobs that have expired"):
        rows = ResultFile.objects.filter(expires_at__lte=Now()).order_by("expires_at")
        expired = list(rows[:at_most])
    for row in expired:
        storage().remove(row.key)
        _forget(row)
    return len(expired)


@as_system("a file that a job makes")
def _row(run: Run, name: str, content_type: str) -> ResultFile:
    job = run.job
    pk = uuid7()
    place = job.workspace_id or job.owner_id
    row, is_new = ResultFile.objects.get_or_create(
        job=job,
        name=name,
        defaults={
            "pk": pk,
            "workspace_id": job.workspace_id,
            "owner_id": job.owner_id,
            "key": f"{KEYS}{place}/{job.pk}/{pk}/{name_in_key(name)}",
            "content_type": content_type,
            "expires_at": timezone.now() + KEPT_FOR,
        },
    )
    if not is_new:
        row.content_type, row.expires_at = content_type, timezone.now() + KEPT_FOR
        row.save(update_fields=["expires_at"])
    return row


@as_system("a file of a job has been removed")
def _forget(row: ResultFile) -> None:
    """Delete the row, unless a step that was taken again has stored the file anew."""
    ResultFile.objects.filter(pk=row.pk, expires_at=row.expires_at).delete()


def _about(file: ResultFile) -> FileLink:
    kind = served_type(file.content_type)
    return FileLink(str(file.pk), file.key, file.name, kind, purpose=RESULT)


@as_system("the holder of a link to a file of a job")
def _behind_link(pk: UUID) -> FileLink | None:
    """The file, if it has not expired and its workspace and its job are still there."""
    rows = ResultFile.objects.readable().filter(pk=pk, workspace__deleted_at=None)
    file = rows.filter(job__state=JobState.COMPLETED).first()
    return _about(file) if file else None


register_purpose(RESULT, _behind_link)
