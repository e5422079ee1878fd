"""The composition root: settings, entry points of the programs, ASGI server, middleware."""

# Imported in every process, so that tasks are always sent to this application's broker.
from config.celery import app as celery_app

__all__ = ["celery_app"]
