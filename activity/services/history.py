"""What the log says has changed of a row since an older version of it."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from activity.models import Event, TextChange
from activity.services.differences import DifferentText, undo
from activity.services.events import long_texts
from core.events import Changes

MOST_VERSIONS = 1000
"""Older versions are not looked for."""


def changes_since(row: Any, version: int, names: Collection[str]) -> Changes | None:
    """Those of the fields that differ from this version; None if events do not cover all changes.

    A version without an event that says what changed is not covered, such as that of a deletion.
    The old value of a text whose changes are erased is None.
    """
    if not 0 <= row.version - version <= MOST_VERSIONS:
        return None
    events = Event.objects.filter(
        entity=row._meta.model_name, entity_id=row.pk, version__gt=version
    ).order_by("version", "id")
    logged = list(events.values_list("pk", "version", "changes"))
    if {each for _, each, _ in logged} != {*range(version + 1, row.version + 1)}:
        return None
    found: Changes = {}
    for _, _, changes in logged:
        for name in names & changes.keys():
            found.setdefault(name, {"old": changes[name]["old"]})["new"] = changes[name]["new"]
    for name in long_texts(row, found):
        new = getattr(row, name)
        edits = TextChange.objects.filter(event__in=[pk for pk, _, _ in logged], field=name)
        found[name] = {"old": former_text(new, edits), "new": new}
    return {name: change for name, change in found.items() if change["old"] != change["new"]}


def former_text(text: str, edited: QuerySet[TextChange]) -> str | None:
    """The text before these changes of it, None if they are erased."""
    edits_of_all = edited.order_by("-event__version", "-event_id").values_list("edits", flat=True)
    for edits in edits_of_all:
        if edits is None:
            return None
        try:
            text = undo(text, edits)
        except DifferentText:
            return None
    return text
