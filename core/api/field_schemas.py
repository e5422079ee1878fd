"""Corrections of the field schemas that drf-spectacular generates."""

from typing import Any

from rest_framework import serializers

from core.api.fields import OptionalDate, OptionalTime

Schema = dict[str, Any]

TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$"
EMPTY = {"const": ""}


def corrected(field: Any, described: Schema) -> Schema:
    """The generated schema, corrected so that it matches the values a field takes.

    A time of day has no offset from UTC, which the format `time` requires; an empty string matches
    no format; and an optional date may also be a date-time.
    """
    if isinstance(field, serializers.ListField) and not field.allow_empty:
        return {"minItems": 1, **described}
    form = described.get("format")
    forms = [{"pattern": TIME_OF_DAY} if form == "time" else {"format": form}]
    if isinstance(field, OptionalDate):
        forms.append({"format": "date-time"})
    if _may_be_empty(field):
        forms.append(EMPTY)
    if form is None or forms == [{"format": form}]:
        return described
    described = {key: value for key, value in described.items() if key != "format"}
    return described | (forms[0] if len(forms) == 1 else {"anyOf": forms})


def _may_be_empty(field: Any) -> bool:
    if isinstance(field, OptionalDate | OptionalTime) or getattr(field, "allow_blank", False):
        return True
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    columns = {column.name: column for column in model._meta.fields} if model else {}
    return field.read_only and getattr(columns.get(field.source), "blank", False)
