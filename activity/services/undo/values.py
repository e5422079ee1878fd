"""The values of an event: what its fields were before it, and whether a row still has the new ones.

Long texts are known by their edits only: what a text was follows from what it is.
"""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey

from activity.models import Event, TextChange
from activity.services.differences import DifferentText, undo
from activity.services.events import long_texts
from activity.services.undo.refusals import FormerValueGone, NotUndoable, TextErased
from core.models import as_event_value
from tasks.models import Task
from tasks.services.labels import labels_named, labels_of_task


def former_value(event: Event, row: Any, name: str) -> Any:
    """What the field was before the event, as services take it.

    Of a long text as far as the present one tells: DifferentText if it was edited since.
    """
    old = event.changes[name]["old"]
    if name == "labels":
        return labels_named(row.project, old)
    if name in long_texts(row, {name: {}}):
        return undo(getattr(row, name), _edits(event, name))
    try:
        field = row._meta.get_field(name)
    except FieldDoesNotExist as renamed:  # by a later release
        raise NotUndoable from renamed
    if isinstance(field, ForeignKey) and old is not None:
        known: Any = field.related_model
        return known.objects.filter(pk=old).first() or _gone(name)
    return field.to_python(old)


def is_as_left(event: Event, row: Any, name: str) -> bool:
    """Whether the locked row has the value that the event gave to the field."""
    if name in long_texts(row, {name: {}}):
        return bool(_text_after(event, row, name) == getattr(row, name))
    return bool(_present(row, name) == event.changes[name]["new"])


def _present(row: Any, name: str) -> Any:
    """The value as events have it."""
    if name == "labels":
        return sorted(label.name for label in labels_of_task(row))
    if name.startswith("settings."):
        return row.settings.get(name.removeprefix("settings."))
    if name == "status" and isinstance(row, Task):
        return row.status.key
    field = row._meta.get_field(name)
    value = getattr(row, field.attname)
    return value and str(value) if isinstance(field, ForeignKey) else as_event_value(value)


def _edits(event: Event, name: str) -> Any:
    found = TextChange.objects.filter(event=event, field=name).values_list("edits", flat=True)
    if not found:
        raise NotUndoable
    if found[0] is None:
        raise TextErased
    return found[0]


def _text_after(event: Event, row: Any, name: str) -> str | None:
    """The text the event left, from that of the locked row; None if the edits do not fit it."""
    text: str = getattr(row, name)
    about = {"event__entity": event.entity, "event__entity_id": event.entity_id, "field": name}
    newer = TextChange.objects.filter(**about, event__seq__gt=event.seq).order_by("-event__seq")
    for edits in newer.values_list("edits", flat=True):
        if edits is None:
            return None
        try:
            text = undo(text, edits)
        except DifferentText:
            return None
    return text


def _gone(name: str) -> Any:
    raise FormerValueGone(errors={name: [FormerValueGone.message]})
