"""Admin pages of tasks, their status changes and task counters."""

from tasks.admin import records, tasks

__all__ = ["records", "tasks"]
