"""Who may come in at all; what they may do inside is a matter of the table of rights."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.api.actors import actor_of
from core.rights import Right, is_own, require


class Nobody(BasePermission):
    """The answer for everything that is not declared."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class Anyone(BasePermission):
    """Open to strangers, on purpose."""


class IsSignedIn(BasePermission):
    """A living session or token, whoever it belongs to."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated)


class Can(IsSignedIn):
    """Holding a right where the object lives.

    Of several rights one is enough: what was meant shows in the body, and the service decides.
    The object offers `standing_of(actor)` and, where "own" has a meaning, `belongs_to(actor)`.
    """

    def __init__(self, right: Right, *others: Right) -> None:
        self.right, self.others = right, others

    def __call__(self) -> "Can":
        return self

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        actor = actor_of(request)
        for right in self.others:
            if obj.standing_of(actor).covers(right, own=is_own(obj, actor)):
                return True
        require(self.right, obj, actor)
        return True
