"""Size limits of bodies, checked before DRF validates any value.

DRF strips, validates and converts values before it compares lengths, and some of its validators
are slow for long texts.
"""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

MOST_KEYS = 200
LONGEST_KEY = 100
LONGEST_VALUE = 100
"""Most characters of a value whose field has no `max_length`, such as a date, number or id."""
MOST_CHOICES = 100

TOO_LONG = "Ensure this field has no more than {} characters."
TOO_MANY = "Ensure this field has no more than {} elements."
TOO_MANY_KEYS = f"At most {MOST_KEYS} keys."
NOT_ONE_VALUE = "Must be a single value."
LONG_KEY = "A key is too long."

LISTS = (serializers.ListField, serializers.ListSerializer, serializers.MultipleChoiceField)
Errors = list[str] | dict[str, Any]


def oversized(field: Any, value: Any) -> Errors:
    """Errors about the size or JSON type of a value for a field or serializer; empty if none."""
    if isinstance(field, serializers.Serializer):
        return _of_object(field, value) if isinstance(value, Mapping) else []
    if isinstance(field, serializers.JSONField):
        return []  # any JSON; the field itself limits its size
    if isinstance(field, LISTS):
        return _of_list(field, value) if isinstance(value, list) else []
    if isinstance(field, serializers.DictField):
        return _of_names(field, value) if isinstance(value, Mapping) else []
    return _of_value(field, value)


def longest(field: Any) -> int:
    """The most characters a field takes."""
    return getattr(field, "max_length", None) or LONGEST_VALUE


def _of_object(serializer: Any, given: Mapping[str, Any]) -> Errors:
    if len(given) > MOST_KEYS:
        return [TOO_MANY_KEYS]
    named = {name: field for name, field in serializer.fields.items() if name in given}
    return _only_errors({name: oversized(field, given[name]) for name, field in named.items()})


def _of_list(field: Any, values: list[Any]) -> Errors:
    most = getattr(field, "max_length", None) or MOST_CHOICES
    if len(values) > most:
        return [TOO_MANY.format(most)]
    check = oversized if hasattr(field, "child") else _of_value
    child = getattr(field, "child", field)
    return _only_errors({str(n): check(child, value) for n, value in enumerate(values)})


def _of_names(field: serializers.DictField, given: Mapping[str, Any]) -> Errors:
    """Of a field that takes any keys: `most_keys` and `longest_key`, if it says others."""
    most = getattr(field, "most_keys", MOST_KEYS)
    if len(given) > most:
        return [f"At most {most} keys."]
    if any(len(name) > getattr(field, "longest_key", LONGEST_KEY) for name in given):
        return [LONG_KEY]
    errors = {name: oversized(field.child, value) for name, value in given.items()}
    return _only_errors(errors)


def _of_value(field: Any, value: Any) -> Errors:
    if isinstance(value, Mapping | list):
        return [NOT_ONE_VALUE]
    if isinstance(value, str) and len(value) > longest(field):
        return [TOO_LONG.format(longest(field))]
    if value is not None and not isinstance(value, _json_kind(field)):
        return [str(field.error_messages["invalid"])]
    return []


def _json_kind(field: Any) -> type:
    """The Python type a JSON value must have: DRF would take 5 as text, and "no" as a boolean."""
    if isinstance(field, serializers.BooleanField):
        return bool
    return str if isinstance(field, serializers.CharField) else object


def _only_errors(found: dict[str, Errors]) -> dict[str, Any]:
    return {name: errors for name, errors in found.items() if errors}
