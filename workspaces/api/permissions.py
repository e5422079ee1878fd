"""DRF's question "may they?", answered from the one table of rights."""

from typing import Any, cast

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts.models import User
from core.api.permissions import SignedIn
from workspaces.api.abilities import ABILITIES, code_of
from workspaces.rights import is_own, require, require_ownership


class Can(SignedIn):
    """Holding a code where the object lives; for codes limited to one's own, owning it too.

    Of several codes one is enough: what was meant shows in the body, and the service decides.
    The object offers `standing_of(user)` and, where "own" has a meaning, `belongs_to(user)`.
    """

    def __init__(self, code: str, *others: str) -> None:
        self.code, self.others = code, others

    def __call__(self) -> "Can":
        return self

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        actor = cast("User", request.user)
        for code in self.others:
            if obj.standing_of(actor).covers(code, own=is_own(obj, actor)):
                return True
        require(self.code, obj, actor)
        return True


class IsOwner(SignedIn):
    """Owning the workspace, which is more than any role."""

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        require_ownership(obj, cast("User", request.user))
        return True


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


def verdict(kind: str, row: Any, actor: User, action: str) -> dict[str, Any]:
    """The answer to `Asked` for this row, as a `Verdict`."""
    code = code_of(kind, action)
    if code is None:
        raise ValidationError({"action": [f"One of: {', '.join(ABILITIES[kind])}."]})
    standing = row.standing_of(actor)
    allowed = standing.covers(code, own=is_own(row, actor))
    return {
        "allowed": allowed,
        "required": code,
        "you_have": standing.roles,
        "reason": None if allowed else standing.why_not(code),
    }
