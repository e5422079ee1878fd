"""DRF permission classes: open to all, signed in, or with a right from the table of rights."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.api.actors import actor_of
from core.rights import Right, is_own, require


class Nobody(BasePermission):
    """Refuses all; the default for actions without a declared permission."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class Anyone(BasePermission):
    """Allows all, without authentication too; for endpoints that are meant to be public."""


class IsSignedIn(BasePermission):
    """Allows any person with a valid credential."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated)


class Can(IsSignedIn):
    """Allows a person who has one of the rights on the object.

    One of several is enough, because which of them is needed depends on the body: the service
    checks it. The object has `standing_of(actor)`, and `belongs_to(person)` if rows of its model
    can be somebody's own.
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
