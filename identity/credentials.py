"""What the kinds of credentials may not be used for, checked before any view."""

from django.http import HttpRequest
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from core.actor import Credential, Scope
from core.api.idempotency import SAFE
from core.errors import Forbidden

ACCOUNT = "/api/auth/"
PROFILE = "/api/auth/me"


class CredentialRefused(Forbidden, APIException):
    """An APIException, because REST framework resets the user only for its own exceptions."""


class InsufficientScope(CredentialRefused):
    message = "This token is not allowed to do this."


class NotWithPersonalToken(CredentialRefused):
    message = "Sign in yourself: a personal token does not manage an account."


class NotInSomebodysName(CredentialRefused):
    message = "An account is managed by its owner only."


class ReauthenticationRequired(Forbidden):
    """The sign-in is too long ago for this operation: see `/api/auth/reauthenticate`."""

    message = "Confirm that it is you: sign in again, or send your current password."

    def __init__(self) -> None:
        super().__init__(required="recent_sign_in", you_have=["session"])


def check_credential(credential: Credential, request: Request) -> None:
    """Refuse the request if this kind of credential or its scopes do not permit it."""
    needed = Scope.READ.value if request.method in SAFE else Scope.WRITE.value
    is_account = manages_account(request)
    if credential.kind == "personal_token" and is_account:
        raise NotWithPersonalToken(required="session", you_have=[credential.kind])
    if credential.impersonator and is_account:
        raise NotInSomebodysName(required="session", you_have=["impersonation"])
    if needed not in credential.scopes:
        raise InsufficientScope(required=needed, you_have=sorted(credential.scopes))


def manages_account(request: HttpRequest | Request) -> bool:
    """Whether the request is about signing in or one's account, and not only to read who one is."""
    path = request.path_info.rstrip("/")
    return f"{path}/".startswith(ACCOUNT) and not (path == PROFILE and request.method in SAFE)
