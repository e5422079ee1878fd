"""Who may do what in a workspace."""

from typing import TYPE_CHECKING, Any

from core.errors import Forbidden
from core.rights import RIGHTS, Role, right

if TYPE_CHECKING:
    from accounts.models import User


class WorkspaceRole(Role):
    ADMIN = "ADMIN"
    PM = "PM"
    MEMBER = "MEMBER"
    GUEST = "GUEST"
    BILLING = "BILLING"

    @property
    def holds_in_private(self) -> bool:
        return self is WorkspaceRole.ADMIN


ADMIN, PM, MEMBER, GUEST, BILLING = WorkspaceRole

ROLE_ALIASES = {"SUPER_ADMIN": ADMIN.value, "COLLABORATOR": MEMBER.value}
"""Spellings of other products, accepted on input; VIEWER means GUEST as well."""

READ_WORKSPACE = right("workspace:read", ADMIN, PM, MEMBER, GUEST, BILLING)
READ_ADDRESSES = right("member:read_address", ADMIN, PM, MEMBER, BILLING)
UPDATE_WORKSPACE = right("workspace:update", ADMIN)
DELETE_WORKSPACE = right("workspace:delete", ADMIN)
READ_AUDIT = right("audit:read", ADMIN)
MANAGE_WEBHOOKS = right("webhook:manage", ADMIN)
READ_USAGE = right("usage:read", ADMIN, BILLING)
INVITE = right("workspace:invite", ADMIN, PM)
# One's own place is ended by leaving.
REMOVE_MEMBER = right("workspace:remove_member", ADMIN, PM, own=(MEMBER, GUEST, BILLING))
CREATE_PROJECT = right("project:create", ADMIN, PM)

WORKSPACE_ABILITIES = {
    "update": UPDATE_WORKSPACE,
    "delete": DELETE_WORKSPACE,
    "invite": INVITE,
    "remove_member": REMOVE_MEMBER,
    "create_project": CREATE_PROJECT,
    "read_audit": READ_AUDIT,
}
"""The words in which a workspace tells what somebody may do with it."""


def may_grant(holder: WorkspaceRole, role: WorkspaceRole) -> bool:
    """A role never grants more than its holder has."""
    for line in RIGHTS.values():
        granted, held = line.needs_of(role), line.needs_of(holder)
        if granted is not None and (held is None or not held <= granted):
            return False
    return True


def require_ownership(workspace: Any, actor: "User") -> None:
    """Refuse unless the actor is the owner, who need not be the only ADMIN."""
    if not actor.in_admin and not acts_as_owner(workspace, actor):
        raise Forbidden(required="workspace:owner", you_have=workspace.standing_of(actor).roles)


def acts_as_owner(workspace: Any, person: "User") -> bool:
    """The owner does; while a provider has not named one, every ADMIN."""
    if workspace.owner_id is None:
        return workspace.standing_of(person).workspace_role is ADMIN
    return bool(workspace.owner_id == person.pk)
