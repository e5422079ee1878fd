"""Celery tasks; the relay runs the same scans."""

from celery import shared_task

from reports.services import due_reports


@shared_task
def submit_due_reports() -> None:
    """Ask for the jobs that make scheduled reports, when they are due."""
    while due_reports.submit_due_reports():
        pass
