"""Admin pages of tasks, their labels, relations, watchers and status changes, and task counters."""

from tasks.admin import labels, records, relations, tasks

__all__ = ["labels", "records", "relations", "tasks"]
