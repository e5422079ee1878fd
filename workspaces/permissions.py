"""DRF's question "may they?", answered from the one table of rights."""

from typing import Any

from rest_framework.request import Request

from core.api.permissions import SignedIn
from core.errors import Forbidden


class Can(SignedIn):
    """Holding a code where the object lives; for codes limited to one's own, owning it too.

    The object offers `standing_of(user)` and, where "own" has a meaning, `belongs_to(user)`.
    """

    def __init__(self, code: str) -> None:
        self.code = code

    def __call__(self) -> "Can":
        return self

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        require(self.code, obj, request.user)
        return True


def require(code: str, row: Any, user: Any) -> None:
    """Refuse unless the person carries the code as far as this row."""
    belongs_to = getattr(row, "belongs_to", None)
    standing = row.standing_of(user)
    if not standing.covers(code, own=bool(belongs_to and belongs_to(user))):
        raise Forbidden(required=code, you_have=standing.roles)
