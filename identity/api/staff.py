"""Who may use the routes of staff."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from core.actor import Actor
from core.errors import Forbidden
from identity.services.staff import has_proved_second_factor_in


class StaffWith(BasePermission):
    """Staff with a permission of Django's, as for the admin, who have proved a second factor.

    Signed in here, by an access token of a session or the cookie: not with a personal token, which
    its owner may give to a program, nor with a provider's, which says nothing of a second factor.
    """

    def __init__(self, permission: str) -> None:
        self.permission = permission

    def __call__(self) -> "StaffWith":
        return self

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, Actor):
            return False
        person, credential = request.auth.person, request.auth.credential
        if credential.kind not in ("session", "cookie"):
            raise Forbidden("Staff have to sign in for this: no token of another kind will do.")
        if not (person.is_active and person.is_staff and person.has_perm(self.permission)):
            raise Forbidden(required=self.permission)
        if not has_proved_second_factor_in(credential.session_key, person):
            raise Forbidden("Staff have to prove a second factor for this.")
        return True
