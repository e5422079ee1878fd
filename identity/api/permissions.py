"""Who may manage an account."""

from typing import Any, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import User
from core.actor import Actor, Credential


class WithSession(BasePermission):
    """Signed in on a device, with a token that lives and dies with its session."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, Actor) and request.auth.credential.kind == "session"


def own(request: Request) -> tuple[User, Credential]:
    """The person and their session, where `WithSession` has let them in."""
    actor = cast("Actor", request.auth)
    return actor.person, actor.credential
