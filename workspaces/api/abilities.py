"""What objects say the person asking may do with them, from the one table of rights."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db.models import OuterRef, Subquery

from core.documents.compiled import Slot
from core.documents.computed import Derived, Fact
from workspaces.models import Membership
from workspaces.rights import Standing

ABILITIES = {
    "workspace": {
        "update": "workspace:update",
        "delete": "workspace:delete",
        "invite": "workspace:invite",
        "remove_member": "workspace:remove_member",
        "create_project": "project:create",
        "read_audit": "audit:read",
    },
    "project": {
        "update": "project:update",
        "manage_members": "project:manage_members",
        "set_lead": "project:set_lead",
        "manage_workflow": "workflow:manage",
        "archive": "project:archive",
        "delete": "project:delete",
        "restore": "project:delete",
        "create_task": "task:create",
    },
    "task": {
        "update": "task:update",
        "transition": "task:transition",
        "move": "task:move",
        "assign": "task:assign",
        "delete": "task:delete",
        "comment": "comment:create",
        "attach": "attachment:create",
    },
    "comment": {"update": "comment:update", "delete": "comment:delete"},
}
"""By kind of object: the word for what can be done, and the code it needs."""


class Abilities(Derived):
    """`{"update": true, …}`: rights only; the state of things may still refuse.

    `place` gives the facts of a `Standing` in its order, then whether the row is the person's own.
    """

    def __init__(self, kind: str, place: Callable[[str], Sequence[Fact]]) -> None:
        codes = ABILITIES[kind]
        schema = {
            "type": "object",
            "required": list(codes),
            "properties": {name: {"type": "boolean"} for name in codes},
        }
        super().__init__(kind, partial(abilities, kind), place, schema)


def in_workspace(path: str) -> list[Fact]:
    """Where the person stands in the workspace at the path."""
    theirs = Membership.objects.filter(workspace=OuterRef(f"{path}pk"), user=Slot("actor"))
    return [Subquery(theirs.values("role"))]


def abilities(kind: str, *facts: str) -> dict[str, bool]:
    """Everything the kind of object knows, each with whether the person may."""
    workspace_role, project_role, is_led, visibility, is_own = (*facts, *[""] * 5)[:5]
    standing = Standing(
        workspace_role=workspace_role or None,
        project_role=project_role or None,
        is_led=is_led == "t",
        is_private=visibility == "PRIVATE",
    )
    may = partial(standing.covers, own=is_own == "t")
    return {name: may(code) for name, code in ABILITIES[kind].items()}


def code_of(kind: str, action: str) -> str | None:
    """The code behind a word of this kind of object; the code itself will do as well."""
    known: dict[str, Any] = ABILITIES[kind]
    return known.get(action) or (action if action in known.values() else None)
