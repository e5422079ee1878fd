"""A task of the past: what of today's document was different."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from activity.models import Event, TextChange
from activity.services.history import former_text
from activity.services.past import Olds
from activity.services.past_projects import ProjectThen
from core.markdown import as_html
from tasks.models import Task

FIELDS = ("title", "type", "priority", "position", "estimate_minutes")
DAYS = ("start_date", "due_date", "due_time")
OF_PROJECT = ("name", "status", "priority")


def values_then(olds: Olds) -> dict[str, Any]:
    """Those of the plain fields that were different."""
    return {name: olds[name][1] for name in (*FIELDS, *DAYS) if name in olds}


def number_then(olds: Olds, now: int) -> int:
    return int(olds["number"][1]) if "number" in olds else now


def recurrence_then(olds: Olds, now: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """After which interval the task repeated."""
    today: Mapping[str, Any] = now or {"every": None, "unit": ""}
    every = olds["repeat_every"][1] if "repeat_every" in olds else today["every"]
    unit = olds["repeat_unit"][1] if "repeat_unit" in olds else today["unit"]
    return {"every": every, "unit": unit} if every else None


def completed_then(olds: Olds, now: str | None, moment: datetime) -> str | None:
    """When the task that was complete then was completed; None if the log does not say.

    What was completed again later was open in between, and its former completion is logged, unless
    it was opened together with all tasks of its column.
    """
    found: str | None = olds["completed_at"][1] if "completed_at" in olds else now
    return found if found and datetime.fromisoformat(found) <= moment else None


def description_then(task: UUID, seq: int, now: str, version: int) -> str | None:
    """The description, which is `now` in this version; None if what it said is erased."""
    events = Event.objects.filter(task_id=task, entity="task", seq__gt=seq)
    edits = TextChange.objects.filter(event__in=events, field="description")
    return former_text(now, edits.filter(event__version__lte=version))


def column_values(then: ProjectThen, key: str) -> dict[str, Any]:
    """What a task shows of the column with this key."""
    pk, facts = then.column_called(key) or (None, {"category": None})
    complete = then.is_finished(key)
    return {"status": key, "status_id": pk, "category": facts["category"], "is_complete": complete}


def parent_then(olds: Olds, now: str | None, actor: Any) -> str | None:
    """The id of the parent, if the person may see it today."""
    parent = olds["parent"][1] if "parent" in olds else now
    is_seen = parent and Task.objects.visible_to(actor).filter(pk=parent).exists()
    return parent if is_seen else None


def project_of(olds: Olds, now: UUID) -> UUID:
    """The id of the project in which the task was."""
    return UUID(olds["project"][1]) if "project" in olds else now


def html_then(description: str | None) -> str | None:
    return None if description is None else as_html(description)
