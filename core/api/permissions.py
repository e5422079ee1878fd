"""Who may come in at all; what they may do inside is a matter of the table of rights."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class Nobody(BasePermission):
    """The answer for everything that is not declared."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class Anyone(BasePermission):
    """Open to strangers, on purpose."""


class SignedIn(BasePermission):
    """A living session or token, whoever it belongs to."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated)
