"""What a caller proved themselves with, and what such a proof is not enough for."""

from dataclasses import dataclass
from typing import Literal

from rest_framework.exceptions import APIException
from rest_framework.request import Request

from core.api.idempotency import SAFE
from core.errors import Forbidden
from identity.models import Scope

ACCOUNT = "/api/auth/"
PROFILE = "/api/auth/me"


class CredentialRefused(Forbidden, APIException):
    """REST framework forgets a caller only when one of its own exceptions is raised."""


class InsufficientScope(CredentialRefused):
    message = "This token is not allowed to do this."


class NotWithPersonalToken(CredentialRefused):
    message = "Sign in yourself: a personal token does not manage an account."


class NotInSomebodysName(CredentialRefused):
    message = "An account is managed by its owner only."


class ReauthenticationRequired(Forbidden):
    """Signed in, but too long ago for this: see `/api/auth/reauthenticate`."""

    message = "Confirm that it is you: sign in again, or send your current password."

    def __init__(self) -> None:
        super().__init__(required="recent_sign_in", you_have=["session"])


@dataclass(frozen=True, slots=True)
class Credential:
    """What the caller proved themselves with; `request.auth` of a request with a token."""

    kind: Literal["session", "personal_token", "clerk"]
    session_key: str = ""
    scopes: frozenset[str] = frozenset(Scope.values)
    impersonator: str = ""
    """Who acts in the person's name, as support staff may with some providers."""
    proved_at: float | None = None
    """When the person last proved themselves to their provider, in seconds since the epoch."""
    principal: str | None = None
    """Whose answers are kept for idempotency keys, if not simply the person's."""

    @property
    def may_read(self) -> bool:
        """Whether answers may show documents, or only their id and version."""
        return Scope.READ.value in self.scopes

    def check(self, request: Request) -> None:
        """Refuse what this kind of credential never does, whichever view would answer."""
        is_safe = request.method in SAFE
        needed = Scope.READ.value if is_safe else Scope.WRITE.value
        path = request.path_info.rstrip("/")
        is_account = f"{path}/".startswith(ACCOUNT) and not (is_safe and path == PROFILE)
        if self.kind == "personal_token" and is_account:
            raise NotWithPersonalToken(required="session", you_have=[self.kind])
        if self.impersonator and is_account:
            raise NotInSomebodysName(required="session", you_have=["impersonation"])
        if needed not in self.scopes:
            raise InsufficientScope(required=needed, you_have=sorted(self.scopes))
