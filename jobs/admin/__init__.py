"""Admin pages of the app."""

from jobs.admin import files, functions, jobs

__all__ = ["files", "functions", "jobs"]
