"""DRF's question "may they?", answered from the one table of rights."""

from typing import TYPE_CHECKING, Any, cast

from rest_framework.request import Request

from core.api.permissions import SignedIn
from workspaces.rights import require, require_ownership

if TYPE_CHECKING:
    from accounts.models import User


class Can(SignedIn):
    """Holding a code where the object lives; for codes limited to one's own, owning it too.

    The object offers `standing_of(user)` and, where "own" has a meaning, `belongs_to(user)`.
    """

    def __init__(self, code: str) -> None:
        self.code = code

    def __call__(self) -> "Can":
        return self

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        require(self.code, obj, cast("User", request.user))
        return True


class IsOwner(SignedIn):
    """Owning the workspace, which is more than any role."""

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        require_ownership(obj, cast("User", request.user))
        return True
