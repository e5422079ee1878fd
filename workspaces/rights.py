"""Who may do what in a workspace."""

from typing import Any

from core.actor import Actor
from core.errors import Forbidden
from core.rights import RIGHTS, Role, right


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
EXPORT_WORKSPACE = right("workspace:export", ADMIN)
IMPORT_WORKSPACE = right("workspace:import", ADMIN)
READ_USAGE = right("usage:read", ADMIN, BILLING)
INVITE = right("workspace:invite", ADMIN, PM)
# Everybody may end their own membership: that is leaving.
REMOVE_MEMBER = right("workspace:remove_member", ADMIN, PM, own=(MEMBER, GUEST, BILLING))
CREATE_PROJECT = right("project:create", ADMIN, PM)
SCHEDULE_REPORTS = right("report:schedule", ADMIN, PM, MEMBER)
# To others than oneself.
SEND_REPORTS = right("report:send", ADMIN, PM)

WORKSPACE_ABILITIES = {
    "update": UPDATE_WORKSPACE,
    "delete": DELETE_WORKSPACE,
    "invite": INVITE,
    "remove_member": REMOVE_MEMBER,
    "create_project": CREATE_PROJECT,
    "read_audit": READ_AUDIT,
    "manage_webhooks": MANAGE_WEBHOOKS,
    "export": EXPORT_WORKSPACE,
    "import": IMPORT_WORKSPACE,
    "schedule_reports": SCHEDULE_REPORTS,
    "send_reports": SEND_REPORTS,
}
"""The keys of a workspace's `abilities`, each with the right it stands for."""


def may_grant(holder: WorkspaceRole, role: WorkspaceRole) -> bool:
    """Whether `role` has no right that `holder` lacks or has under stricter needs only."""
    for line in RIGHTS.values():
        granted, held = line.needs_of(role), line.needs_of(holder)
        if granted is not None and (held is None or not held <= granted):
            return False
    return True


def require_ownership(workspace: Any, actor: Actor) -> None:
    """Forbidden unless the actor is the owner or trusted; other ADMINs are refused."""
    if not actor.is_trusted and not acts_as_owner(workspace, actor):
        raise Forbidden(required="workspace:owner", you_have=workspace.standing_of(actor).roles)


def acts_as_owner(workspace: Any, actor: Actor) -> bool:
    """Whether the actor is the owner, or an ADMIN if a provider has not named an owner."""
    if workspace.owner_id is None:
        return workspace.standing_of(actor).workspace_role is ADMIN
    return actor.is_person(workspace.owner_id)
