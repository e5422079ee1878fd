"""Tasks and what is kept about them, for staff."""

from tasks.admin import records, tasks

__all__ = ["records", "tasks"]
