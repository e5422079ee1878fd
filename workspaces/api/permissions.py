"""The permission of a workspace's owner, which no role includes."""

from typing import Any

from rest_framework.request import Request

from core.api.actors import actor_of
from core.api.permissions import IsSignedIn
from workspaces.rights import require_ownership


class IsOwner(IsSignedIn):
    """The owner of the workspace; see `require_ownership`."""

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        require_ownership(obj, actor_of(request))
        return True
