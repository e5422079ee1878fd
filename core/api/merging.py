"""`?merge=1`: an edit of an older version is merged, unless it sets what has changed since."""

from typing import Any

from rest_framework import serializers

from core.api.fields import Visible
from core.merging import Changes, Values
from core.models import as_event_value

MERGE = "merge"
MERGING = ("update", "partial_update")
"""Actions whose views may merge (`merges`)."""
CONFLICTS = {
    "type": "object",
    "description": "With `merge`: what the edit sets and somebody else has changed.",
    "additionalProperties": {
        "type": "object",
        "required": ["base", "current", "yours"],
        "properties": {"base": {}, "current": {}, "yours": {}},
    },
}


def given_values(body: serializers.Serializer[Any]) -> Values:
    """What a validated body sets, by the names and with the values of events.

    `Meta.logged_as` of the input has the names of values that events call otherwise.
    """
    return {_name(body, key): as_event_value(value) for key, value in body.validated_data.items()}


def shown_conflicts(body: serializers.Serializer[Any], conflicts: Changes) -> Changes:
    """`{field: {"base", "current", "yours"}}`, by the names of the body and with its values.

    What is no field, but was made of one, has the name and the value of events.
    """
    given, spelled = given_values(body), _spelled(body)
    shown: Changes = {}
    for name, conflict in conflicts.items():
        keys = [each for each in spelled if _name(body, str(body.fields[each].source)) == name]
        for key in keys or [name]:
            field = body.fields.get(key)
            shown[key] = {
                "base": _shown(field, conflict["old"]),
                "current": _shown(field, conflict["new"]),
                "yours": spelled[key] if keys else given[name],
            }
    return shown


def _spelled(body: serializers.Serializer[Any]) -> Values:
    """The fields that were sent, by the names the input declares."""
    spell: Any = getattr(body, "respelled", dict)
    return {key: value for key, value in spell(body.initial_data).items() if key in body.fields}


def _name(body: serializers.Serializer[Any], key: str) -> str:
    named: dict[str, str] = getattr(getattr(body, "Meta", None), "logged_as", {})
    return named.get(key, key)


def _shown(field: Any, value: Any) -> Any:
    """The value of an event as the API shows it: of a row, its public id."""
    if not isinstance(field, Visible) or value is None:
        return value
    row = field.model._base_manager.filter(pk=value).first()
    return field.to_representation(row) if row else None
