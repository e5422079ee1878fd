"""The composition root: settings, entry points and the machinery that runs them."""

# Whoever sends a task, from any process, must send it to this application's broker.
from config.celery import app as celery_app

__all__ = ["celery_app"]
