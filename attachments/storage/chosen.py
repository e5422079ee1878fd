"""The place for files that the settings name."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import cast

from django.conf import settings

from attachments.storage.base import Storage
from attachments.storage.local import LocalStorage


def storage() -> Storage:
    """The place for files; made once for the same settings."""
    return _made(settings.ATTACHMENTS_BUCKET, settings.ATTACHMENTS_DIR)


@cache
def _made(bucket: tuple[str, ...] | None, folder: Path) -> Storage:
    if bucket is None:
        return LocalStorage(folder)
    # Not imported elsewhere: the library takes megabytes of every process that loads it.
    s3 = import_module("attachments.storage.s3")
    return cast("Storage", s3.S3Storage(s3.Bucket(*bucket)))
