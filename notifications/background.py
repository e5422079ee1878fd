"""Celery tasks; the relay runs the same scans."""

from celery import shared_task

from notifications import services


@shared_task
def queue_due_reminders() -> None:
    services.queue_due_reminders()
