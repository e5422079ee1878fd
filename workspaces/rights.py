"""The one table of rights: which role holds which code, and how far it reaches."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from django.db import models

from core.errors import Forbidden

if TYPE_CHECKING:
    from accounts.models import User


class WorkspaceRole(models.TextChoices):
    ADMIN = "ADMIN"
    PM = "PM"
    MEMBER = "MEMBER"
    GUEST = "GUEST"
    BILLING = "BILLING"


class ProjectRole(models.TextChoices):
    LEAD = "LEAD"
    MEMBER = "MEMBER"
    VIEWER = "VIEWER"


ROLE_ALIASES = {
    "SUPER_ADMIN": WorkspaceRole.ADMIN.value,
    "OWNER": ProjectRole.LEAD.value,
    "COLLABORATOR": ProjectRole.MEMBER.value,
}
"""Spellings of other products, accepted on input; VIEWER means GUEST in a workspace."""


class Reach(IntEnum):
    """How far a role carries a code."""

    NONE = 0
    UNLED = 1  # only while the project has no team lead
    OWN = 2  # only on what the person created or holds
    ANY = 3


WORKSPACE_RIGHTS: dict[str, dict[str, Reach]] = {}
PROJECT_RIGHTS: dict[str, dict[str, Reach]] = {}


def _row(codes: str, workspace: str, project: str = "") -> None:
    """Enter one line: the roles that hold the codes, with `=own` or `=unled` where limited."""
    for code in codes.split():
        WORKSPACE_RIGHTS[code] = _cells(workspace)
        PROJECT_RIGHTS[code] = _cells(project)


def _cells(text: str) -> dict[str, Reach]:
    pairs = (cell.partition("=") for cell in text.split())
    return {role: Reach[reach.upper() or "ANY"] for role, _, reach in pairs}


_row("workspace:read", "ADMIN PM MEMBER GUEST BILLING")
_row("member:read_address", "ADMIN PM MEMBER BILLING")
_row("workspace:update workspace:delete audit:read webhook:manage", "ADMIN")
_row("workspace:invite", "ADMIN PM")
# One's own place is ended by leaving.
_row("workspace:remove_member", "ADMIN PM MEMBER=own GUEST=own BILLING=own")
_row("usage:read", "ADMIN BILLING")
_row("project:create", "ADMIN PM")
_row("project:set_lead", "ADMIN PM", "LEAD")
_row("project:read", "ADMIN PM MEMBER", "LEAD MEMBER VIEWER")
_row("project:update project:manage_members workflow:manage", "ADMIN=unled PM=unled", "LEAD")
_row("project:archive", "ADMIN PM", "LEAD")
_row("project:delete", "ADMIN", "LEAD")
_row("task:create task:update task:transition task:move", "ADMIN PM MEMBER", "LEAD MEMBER")
_row("attachment:create comment:create", "ADMIN PM MEMBER", "LEAD MEMBER")
_row("task:assign", "ADMIN PM MEMBER=own", "LEAD MEMBER")
_row("task:delete", "ADMIN PM MEMBER=own", "LEAD MEMBER=own")
_row("comment:update", "ADMIN PM=own MEMBER=own", "LEAD=own MEMBER=own")
_row("comment:delete", "ADMIN PM MEMBER=own", "LEAD MEMBER=own")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What one person is in one place; everything allowed follows from it and the table.

    Rights are the union of both roles; in a private project only the project role counts,
    except for an ADMIN. A project with a team lead is edited by the lead alone.
    """

    workspace_role: str | None
    project_role: str | None = None
    is_led: bool = False
    is_private: bool = False

    @property
    def roles(self) -> list[str]:
        """The roles held, as a refusal tells them: `workspace:MEMBER`, `project:LEAD`."""
        held = {"workspace": self.workspace_role, "project": self.project_role}
        return [f"{place}:{role}" for place, role in held.items() if role]

    def reach(self, code: str) -> Reach:
        """How far this person carries the code; a code not in the table is a KeyError."""
        by_project = PROJECT_RIGHTS[code].get(self.project_role or "", Reach.NONE)
        return max(by_project, self._workspace_reach(code))

    def covers(self, code: str, *, own: bool = False) -> bool:
        """Whether the person may; `own` says that the object is theirs."""
        return self.reach(code) >= (Reach.OWN if own else Reach.ANY)

    def why_not(self, code: str) -> str:
        """What is in the way of somebody whom the code does not cover."""
        by_workspace = WORKSPACE_RIGHTS[code].get(self.workspace_role or "", Reach.NONE)
        if by_workspace is Reach.UNLED and self.is_led:
            return "The project has a lead; only the lead may do this."
        if self.reach(code) is Reach.OWN:
            return "Your roles reach only what you made or were given."
        if by_workspace > Reach.NONE:
            return "The project is private; only a role inside it counts."
        return "None of your roles includes this."

    def _workspace_reach(self, code: str) -> Reach:
        reach = WORKSPACE_RIGHTS[code].get(self.workspace_role or "", Reach.NONE)
        if self.is_private and self.workspace_role != WorkspaceRole.ADMIN:
            return Reach.NONE
        if reach is Reach.UNLED:
            return Reach.NONE if self.is_led else Reach.ANY
        return reach


def require(code: str, row: Any, actor: "User | None") -> None:
    """Refuse unless the actor carries the code as far as this row.

    Nobody is the system; in the admin, its own permissions have been asked already.
    """
    if actor is None or actor.in_admin:
        return
    standing = row.standing_of(actor)
    if not standing.covers(code, own=is_own(row, actor)):
        raise Forbidden(required=code, you_have=standing.roles)


def require_ownership(workspace: Any, actor: "User") -> None:
    """The same for what only the owner may, who need not be the only ADMIN."""
    if not actor.in_admin and not acts_as_owner(workspace, actor):
        raise Forbidden(required="workspace:owner", you_have=workspace.standing_of(actor).roles)


def acts_as_owner(workspace: Any, person: "User") -> bool:
    """The owner does; while a provider has not named one, every ADMIN."""
    if workspace.owner_id is None:
        return bool(workspace.standing_of(person).workspace_role == WorkspaceRole.ADMIN)
    return bool(workspace.owner_id == person.pk)


def is_own(row: Any, person: "User") -> bool:
    """Whether a right limited to one's own reaches the row; only some rows are anybody's."""
    return hasattr(row, "belongs_to") and bool(row.belongs_to(person))


def holders(code: str) -> list[str]:
    """The workspace roles that hold the code without limit."""
    return _unlimited(WORKSPACE_RIGHTS[code])


def project_holders(code: str) -> list[str]:
    """The project roles that hold the code without limit."""
    return _unlimited(PROJECT_RIGHTS[code])


def _unlimited(cells: dict[str, Reach]) -> list[str]:
    return [role for role, reach in cells.items() if reach is Reach.ANY]


def may_grant(holder: str, role: str) -> bool:
    """A role never grants more than its holder has."""
    return all(
        cells.get(role, Reach.NONE) <= cells.get(holder, Reach.NONE)
        for cells in WORKSPACE_RIGHTS.values()
    )
