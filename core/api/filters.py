"""Filters whose words are read as bodies read them."""

from collections.abc import Mapping
from typing import Any

from django.forms import MultipleChoiceField
from django_filters import MultipleChoiceFilter
from rest_framework.fields import empty
from rest_framework.serializers import BooleanField, Serializer


class Flag(BooleanField):
    """`true` or `false`; anything else, even nothing, is no answer."""

    TRUE_VALUES: set[str | bool | int] = {"true"}
    FALSE_VALUES: set[str | bool | int | float] = {"false"}

    def get_value(self, dictionary: Mapping[Any, Any]) -> Any:
        """What is there, even if it is empty; forms leave that out."""
        return dictionary.get(self.field_name, empty)


class RestorableWanted(Serializer[Any]):
    """`deleted=true` lists, instead, what the person can still restore."""

    deleted = Flag(required=False, default=False)


class _AnyCase(MultipleChoiceField):
    def to_python(self, value: Any) -> list[str]:
        return [word.upper() for word in super().to_python(value)]


class EnumFilter(MultipleChoiceFilter):
    """One or several values of an enum, whatever their case."""

    field_class = _AnyCase

    def __init__(self, kind: Any, **options: Any) -> None:
        # DISTINCT would reorder the page.
        super().__init__(choices=kind.choices, distinct=False, **options)
