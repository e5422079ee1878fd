"""What can happen to exports."""

from dataclasses import dataclass
from typing import Any

from core.events import Event
from jobs.models import ResultFile


@dataclass(frozen=True, kw_only=True)
class TasksExported(Event):
    """Somebody has exported tasks, or a workspace; `details` are ids, codes and numbers."""

    file: ResultFile
    details: dict[str, Any]
