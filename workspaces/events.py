"""What can happen to a workspace and its people."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from core.events import Event
from workspaces.models import Invitation, Membership, OptOut, Workspace
from workspaces.reassignment import TO_LEAD, Handover


@dataclass(frozen=True, kw_only=True)
class WorkspaceCreated(Event):
    workspace: Workspace


@dataclass(frozen=True, kw_only=True)
class WorkspaceUpdated(Event):
    workspace: Workspace


@dataclass(frozen=True, kw_only=True)
class MemberAdded(Event):
    membership: Membership


@dataclass(frozen=True, kw_only=True)
class WorkspaceDeleted(Event):
    workspace: Workspace


@dataclass(frozen=True, kw_only=True)
class MemberRoleChanged(Event):
    membership: Membership


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(Event):
    """Published before the membership is deleted: project memberships still refer to it."""

    workspace: Workspace
    person: User
    handover: Handover = TO_LEAD


@dataclass(frozen=True, kw_only=True)
class WorkspaceRestored(Event):
    """`since` is when it was deleted: what was deleted with it then is restored as well."""

    workspace: Workspace
    since: datetime


@dataclass(frozen=True, kw_only=True)
class OwnerChanged(Event):
    """`before` and `workspace.owner` may be None in a workspace of an identity provider."""

    workspace: Workspace
    before: User | None


@dataclass(frozen=True, kw_only=True)
class OwnershipOffered(Event):
    """Offered to `workspace.offered_to`; replaces an offer made before."""

    workspace: Workspace


@dataclass(frozen=True, kw_only=True)
class OwnershipDeclined(Event):
    workspace: Workspace


@dataclass(frozen=True, kw_only=True)
class OwnershipWithdrawn(Event):
    """Withdrawn by the owner, or because the owner changed or the candidate left."""

    workspace: Workspace


@dataclass(frozen=True, kw_only=True)
class OptedOut(Event):
    """Opted out by the link of a mail; an address without an account acts as the system."""

    opt_out: OptOut


@dataclass(frozen=True, kw_only=True)
class OptOutLifted(Event):
    """Published before the row is deleted."""

    opt_out: OptOut


@dataclass(frozen=True, kw_only=True)
class PersonInvited(Event):
    """`changes` leave out the address: it can be erased from the row, but not from history."""

    invitation: Invitation


@dataclass(frozen=True, kw_only=True)
class InvitationResent(Event):
    """Sent with a new link; the link before is void."""

    invitation: Invitation


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Event):
    invitation: Invitation


@dataclass(frozen=True, kw_only=True)
class InvitationAccepted(Event):
    invitation: Invitation
