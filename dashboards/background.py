"""Celery tasks; the relay runs the same scans."""

from celery import shared_task

from dashboards.services import totals


@shared_task
def add_changes() -> None:
    """Add the changes of tasks to the totals of their projects."""
    totals.add_all_changes()
