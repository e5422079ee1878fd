"""`?as_of=`: answers about the past, of views that have `past_outputs`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.drainage import set_override
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.request import Request

from core.days import BOUNDS, is_plannable

AS_OF = "as_of"
WITH_AS_OF = frozenset({AS_OF, "limit", "format"})
"""The query parameters of answers about the past."""
LONGEST = 40
NAMES = {"type": "array", "items": {"type": "string"}}
META = ResolvedComponent(
    name="Past",
    type=ResolvedComponent.SCHEMA,
    object="Past",
    schema={
        "type": "object",
        "description": (
            "Only with `as_of`: that moment, and the number of the last event committed by then."
            " `erased` names fields that are null because what they said is erased, `unknown`"
            " those that are null, or not complete, because the log does not say."
        ),
        "required": ["as_of", "seq", "erased", "unknown"],
        "properties": {
            "as_of": {"type": "string", "format": "date-time"},
            "seq": {"type": "integer"},
            "erased": NAMES,
            "unknown": NAMES,
        },
    },
)


class Moment(serializers.DateTimeField):
    """A moment that has passed: ISO 8601 with a date, a time and an offset from UTC, or `Z`."""

    default_error_messages = {
        "invalid": "Must be a time with its offset, such as 2026-01-31T12:00:00Z (+ is %2B).",
        "future": "Must not lie in the future.",
    }

    def get_value(self, dictionary: Mapping[Any, Any]) -> Any:
        """The given value, even an empty one, which DRF ignores in data of HTML forms."""
        return dictionary.get(self.field_name, empty)

    def to_internal_value(self, value: Any) -> datetime:
        moment = _parsed(value) if isinstance(value, str) and len(value) <= LONGEST else None
        if moment is None or moment.tzinfo is None:
            self.fail("invalid")
        if not is_plannable(moment.date()):
            raise serializers.ValidationError(BOUNDS, code="out_of_range")
        if moment > timezone.now():
            self.fail("future")
        return moment


class Null(serializers.Field[Any, Any, Any, Any]):
    """A key that is always null, because the log does not say what it was."""

    def __init__(self) -> None:
        super().__init__(source="*")
        set_override(self, "field", {"type": "null"})


def is_past_wanted(request: Request) -> bool:
    return AS_OF in request.query_params


def check_parameters(request: Request) -> None:
    """Raise ValidationError for parameters that make no sense together with `as_of`."""
    others = sorted({*request.query_params} - WITH_AS_OF)
    if others:
        raise serializers.ValidationError({name: ["Not together with as_of."] for name in others})


def _parsed(value: str) -> datetime | None:
    if "T" not in value.upper():
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
