"""Celery tasks of the audit."""

from celery import shared_task

from audit.services import checkpoints


@shared_task
def log_checkpoints() -> None:
    """Write the signed ends of all chains of the audit to the log."""
    checkpoints.log_checkpoints()
