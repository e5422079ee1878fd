"""Owning a workspace, which is more than any role."""

from typing import TYPE_CHECKING, Any, cast

from rest_framework.request import Request

from core.api.permissions import SignedIn
from workspaces.rights import require_ownership

if TYPE_CHECKING:
    from accounts.models import User


class IsOwner(SignedIn):
    """The person who has the workspace."""

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        require_ownership(obj, cast("User", request.user))
        return True
