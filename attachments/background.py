"""Celery tasks about files: whatever opens or removes them runs in workers only."""

import time
from contextlib import suppress

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from attachments.services import removal, thumbnails
from attachments.services.pictures import thumbnail_of

AT_ONCE = 100
LONGEST_RUN = 20
"""Seconds after which a run stops, so that the worker gets to other messages."""
LONGEST_PICTURE = 30


@shared_task(soft_time_limit=LONGEST_RUN + LONGEST_PICTURE, time_limit=LONGEST_RUN + 40)
def make_thumbnails() -> None:
    """Make thumbnails of new pictures; one that takes too long stays without.

    Raises Unavailable if the storage is: the next run tries the same picture again.
    """
    until = time.monotonic() + LONGEST_RUN
    with suppress(SoftTimeLimitExceeded):
        while time.monotonic() < until and thumbnails.add_thumbnail(thumbnail_of):
            pass


@shared_task
def remove_files() -> None:
    """Remove the files of purged attachments."""
    until = time.monotonic() + LONGEST_RUN
    while removal.remove_files(at_most=AT_ONCE) == AT_ONCE and time.monotonic() < until:
        pass


@shared_task
def remove_orphans() -> None:
    """Remove files without a row; the next run searches where this one stopped."""
    until = time.monotonic() + LONGEST_RUN
    removal.remove_orphans(has_time=lambda: time.monotonic() < until)
