"""Taking back what was imported of a workspace, while nobody has seen it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from attachments.models import Attachment
from attachments.services.quota import free_room
from core.queries import quoted_names
from exports.services.kinds import KINDS, OF_TASKS, PROJECTS, Kind
from projects.models import Project
from tasks.models import TaskCounter
from tasks.services.hidden import HIDDEN_AT

AT_ONCE = 1000


def remove_next(projects: Sequence[UUID]) -> bool:
    """Delete some rows of these hidden projects, last kinds first; whether there may be more."""
    rows = Project.objects.filter(pk__any_of=list(projects), deleted_at=HIDDEN_AT)
    hidden = list(rows.values_list("pk", flat=True))
    for kind in reversed(KINDS.values()):
        if hidden and (kind is PROJECTS or _remove_some(kind, hidden)):
            if kind is PROJECTS:
                _remove(TaskCounter, hidden)
                _remove(Project, hidden)
            return True
    return False


def _remove_some(kind: Kind, projects: list[UUID]) -> bool:
    """Delete some rows of this kind; returns whether there were any."""
    path = f"{kind.of}__project__in" if kind in OF_TASKS else "project__in"
    rows: Any = kind.model._default_manager.filter(**{path: projects})
    if ("parent_id", kind.name) in kind.refs:
        parts = rows.exclude(parent=None).values_list("pk", flat=True)[:AT_ONCE]
        if parts and kind.model._default_manager.filter(pk__in=list(parts)).update(parent=None):
            return True
    found = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    if kind.model is Attachment:
        for workspace, size in Attachment.objects.filter(pk__in=found).values_list(
            "workspace_id", "size"
        ):
            free_room(workspace, size)  # the files go with those that have no row
    _remove(kind.model, found)
    return bool(found)


def _remove(model: Any, ids: Sequence[UUID]) -> None:
    quote = connection.ops.quote_name
    [key] = quoted_names([model._meta.pk])
    words = ["DELETE FROM", quote(model._meta.db_table), "WHERE", key, "= ANY(%s)"]
    with connection.cursor() as cursor:
        cursor.execute(" ".join(words), [list(ids)])
