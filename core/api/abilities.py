"""`abilities` of documents and the `can` endpoint: what the caller may do with an object."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from core.documents.columns import Column
from core.documents.fields import Derived
from core.rights import Right, Standing, is_own

AbilityRights = Mapping[str, Right]
"""For a kind of object: the name of each ability, and the right it takes."""


class Abilities(Derived):
    """`{"update": true, …}`: rights only; the state of the object may still refuse an action.

    `facts` are columns; from their values `standing` makes the caller's `Standing` and whether the
    row is their own.
    """

    def __init__(
        self,
        rights: AbilityRights,
        facts: Callable[[str], Sequence[Column]],
        standing: Callable[..., tuple[Standing, bool]],
    ) -> None:
        @lru_cache(maxsize=1024)
        def value(*facts: Any) -> dict[str, bool]:
            held, own = standing(*facts)
            return {name: held.covers(right, own=own) for name, right in rights.items()}

        schema = {
            "type": "object",
            "required": list(rights),
            "properties": {name: {"type": "boolean"} for name in rights},
        }
        super().__init__(value, facts, schema)


class Asked(serializers.Serializer[Any]):
    """Something one may want to do: a name from an object's `abilities`, or a code."""

    action = serializers.CharField(max_length=64)


class Verdict(serializers.Serializer[Any]):
    """Whether the person may; the right's code, the roles they have, and why not."""

    def get_fields(self) -> dict[str, Any]:
        """Not declared as attributes: a field called `required` would clash with DRF's own."""
        return {
            "allowed": serializers.BooleanField(),
            "required": serializers.CharField(),
            "you_have": serializers.ListField(child=serializers.CharField()),
            "reason": serializers.CharField(allow_null=True),
        }


def verdict(rights: AbilityRights, row: Any, actor: Any, action: str) -> dict[str, Any]:
    """The `Verdict` for this row on the ability or code `action`; ValidationError if unknown."""
    codes = {right.code: right for right in rights.values()}
    right = rights.get(action) or codes.get(action)
    if right is None:
        raise ValidationError({"action": [f"One of: {', '.join(rights)}."]})
    standing = row.standing_of(actor)
    allowed = standing.covers(right, own=is_own(row, actor))
    return {
        "allowed": allowed,
        "required": right.code,
        "you_have": standing.roles,
        "reason": None if allowed else standing.why_not(right),
    }
