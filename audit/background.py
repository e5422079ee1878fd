"""Celery tasks of the audit."""

from celery import shared_task

from audit.services import checkpoints


@shared_task
def log_checkpoints() -> None:
    checkpoints.log_checkpoints()
