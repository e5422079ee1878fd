"""The one place that decides how an object one may not see is refused."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Model, QuerySet

from core.api.fields import find_by_public_id
from core.errors import Forbidden, NotFound, Refusal

if TYPE_CHECKING:
    from accounts.models import User


class NotAMember(Forbidden):
    message = "You are not a member of this workspace."


def find_visible(rows: QuerySet[Any], value: str, *, actor: "User") -> Any:
    """The row among `rows` (already cut to what the actor may see) with this public id."""
    found = find_by_public_id(rows, value)
    if found is None:
        raise _refusal(rows.model, value, actor)
    return found


def _refusal(model: type[Model], value: str, actor: "User") -> Refusal:
    """403 for what lives in somebody else's workspace, 404 for what does not exist.

    With HIDE_FOREIGN_OBJECTS both are 404, so that ids reveal nothing.
    """
    row = find_by_public_id(model._default_manager.all(), value)
    if row is None or settings.HIDE_FOREIGN_OBJECTS or getattr(row, "deleted_at", None):
        return NotFound()
    workspace_id = getattr(row, "workspace_id", row.pk)
    if actor.memberships.filter(workspace_id=workspace_id).exists():
        return NotFound()
    return NotAMember(required="workspace:read", you_have=[])
