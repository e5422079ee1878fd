"""What objects say the person asking may do with them, from the table of rights."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from core.documents.computed import Derived, Fact
from core.rights import Right, Standing, is_own

Words = Mapping[str, Right]
"""What can be done with a kind of object, in words, and the right each takes."""


class Abilities(Derived):
    """`{"update": true, …}`: rights only; the state of things may still refuse.

    `facts` are those `standing` makes of a row's texts: where the person stands, and whether the
    row is their own.
    """

    def __init__(
        self,
        kind: str,
        words: Words,
        facts: Callable[[str], Sequence[Fact]],
        standing: Callable[..., tuple[Standing, bool]],
    ) -> None:
        def value(*texts: str) -> dict[str, bool]:
            held, own = standing(*texts)
            return {word: held.covers(right, own=own) for word, right in words.items()}

        schema = {
            "type": "object",
            "required": list(words),
            "properties": {word: {"type": "boolean"} for word in words},
        }
        super().__init__(kind, value, facts, schema)


class Asked(serializers.Serializer[Any]):
    """Something one may want to do: a word from an object's `abilities`, or a code."""

    action = serializers.CharField(max_length=64)


class Verdict(serializers.Serializer[Any]):
    """Whether the person may; the code that takes, the roles they have, what is in the way."""

    def get_fields(self) -> dict[str, Any]:
        """Declared here, because every field has a `required` of its own."""
        return {
            "allowed": serializers.BooleanField(),
            "required": serializers.CharField(),
            "you_have": serializers.ListField(child=serializers.CharField()),
            "reason": serializers.CharField(allow_null=True),
        }


def verdict(words: Words, row: Any, actor: Any, action: str) -> dict[str, Any]:
    """The answer to `Asked` for this row, as a `Verdict`."""
    codes = {right.code: right for right in words.values()}
    right = words.get(action) or codes.get(action)
    if right is None:
        raise ValidationError({"action": [f"One of: {', '.join(words)}."]})
    standing = row.standing_of(actor)
    allowed = standing.covers(right, own=is_own(row, actor))
    return {
        "allowed": allowed,
        "required": right.code,
        "you_have": standing.roles,
        "reason": None if allowed else standing.why_not(right),
    }
