"""Exports are audited."""

from typing import Any

from audit.receivers import audit
from audit.services.entries import Audited
from exports.events import TasksExported


def _details(event: Any) -> dict[str, Any]:
    return dict(event.details)


audit(TasksExported, Audited("tasks.exported", "file", _details))
