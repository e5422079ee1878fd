"""Celery's entries."""

from celery import shared_task
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from accounts import limits


@shared_task
def sweep() -> None:
    """Forget the windows that have closed and the sessions that have expired."""
    limits.sweep()
    Session.objects.filter(expire_date__lt=Now()).delete()
