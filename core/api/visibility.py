"""Finding a visible row, and the refusal for one that is not visible: 404 or 403."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Model, QuerySet

from core.actor import Actor
from core.api.public_ids import find_by_public_id, find_row, may_be_id, visible
from core.errors import Forbidden, NotFound, Refusal
from core.events import WorkspaceOpened, publish
from core.models import as_uuid

# `<> ALL` of an empty array is true: to a person without workspaces every workspace is foreign.
FOREIGN = """
    SELECT home IS NOT NULL AND home <> ALL (workspaces_of(%s)) FROM locate(%s, %s) AS home
"""


class NotAMember(Forbidden):
    message = "You are not a member of this workspace."


def find_visible(rows: type[Model] | QuerySet[Any], value: str, *, actor: Actor) -> Any:
    """The row with this public id among those of a model, or of `rows`, that the actor may see.

    Raises NotFound or NotAMember. Publishes WorkspaceOpened if it is the actor's first access.
    """
    if isinstance(rows, QuerySet):
        model, found = rows.model, find_by_public_id(rows, value)
    else:
        model, found = rows, find_row(rows, value, actor=actor)
    if found is None:
        raise _refusal(model, value, actor)
    workspace_id = getattr(found, "workspace_id", found.pk)
    if workspace_id in actor.unopened:
        publish(WorkspaceOpened(actor=actor, workspace_id=workspace_id))
    return found


def find_known(model: type[Model], pk: Any, *, actor: Actor) -> Any:
    """The row with this primary key if the actor may see it now, else a refusal.

    Decided by `visible_to`; for models without it, by row-level security alone.
    """
    rows: Any = model._default_manager
    if hasattr(rows, "visible_to"):
        found = visible(model).first(actor=actor, pk=pk)
    else:
        found = rows.filter(pk=pk).first()
    if found is None:
        raise _refusal(model, str(pk), actor)
    return found


def _refusal(model: type[Model], value: str, actor: Actor) -> Refusal:
    """403 for a row in a workspace the actor does not belong to, 404 if it does not exist.

    With HIDE_FOREIGN_OBJECTS both are 404, so that nobody can find out which ids exist.
    """
    if settings.HIDE_FOREIGN_OBJECTS or not _is_foreign(model, value, actor):
        return NotFound()
    return NotAMember(required="workspace:read", you_have=[])


def _is_foreign(model: type[Model], value: str, actor: Actor) -> bool:
    """Whether the row exists in a workspace of which the person is not a member.

    By the SQL function `locate`, which is not subject to the policies.
    """
    if not may_be_id(value):
        return False
    with connection.cursor() as cursor:
        known_as = str(as_uuid(value) or value)
        cursor.execute(FOREIGN, (actor.person_id, model._meta.db_table, known_as))
        return bool(cursor.fetchone()[0])
