"""Celery tasks; the relay runs the same scans."""

import time

from celery import shared_task

from notifications import services
from notifications.services import inbox
from notifications.services.due_reminders import has_more_due

LONGEST_RUN = 10.0
"""Seconds after which a run leaves the rest to the next one."""


@shared_task
def queue_due_reminders() -> None:
    """Tell of tasks whose reminders are due."""
    until = time.monotonic() + LONGEST_RUN
    while has_more_due(services.queue_due_reminders()) and time.monotonic() < until:
        pass


@shared_task
def wake_snoozed() -> None:
    """Show the notifications again whose snooze is over."""
    inbox.wake_snoozed()
