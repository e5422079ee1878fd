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
    """Told before the membership goes, because places in projects hang on it."""

    workspace: Workspace
    person: User
    handover: Handover = TO_LEAD


@dataclass(frozen=True, kw_only=True)
class WorkspaceRestored(Event):
    """Brought back with all that went out of sight since it was deleted."""

    workspace: Workspace
    since: datetime


@dataclass(frozen=True, kw_only=True)
class OwnerChanged(Event):
    """Either may be None in a workspace of an identity provider: `workspace.owner`, `before`."""

    workspace: Workspace
    before: User | None


@dataclass(frozen=True, kw_only=True)
class OwnershipOffered(Event):
    """To `workspace.offered_to`, instead of whoever had an offer before."""

    workspace: Workspace


@dataclass(frozen=True, kw_only=True)
class OwnershipDeclined(Event):
    workspace: Workspace


@dataclass(frozen=True, kw_only=True)
class OwnershipWithdrawn(Event):
    """By the owner, or because the owner changed or the person it was offered to left."""

    workspace: Workspace


@dataclass(frozen=True, kw_only=True)
class OptedOut(Event):
    """By the link in a mail; `actor` is None for an address without an account."""

    opt_out: OptOut


@dataclass(frozen=True, kw_only=True)
class OptOutLifted(Event):
    """Told before the row goes."""

    opt_out: OptOut


@dataclass(frozen=True, kw_only=True)
class PersonInvited(Event):
    """The address is left to the row, which can be blanked."""

    invitation: Invitation


@dataclass(frozen=True, kw_only=True)
class InvitationResent(Event):
    """With a new link; the one before is dead."""

    invitation: Invitation


@dataclass(frozen=True, kw_only=True)
class InvitationRevoked(Event):
    invitation: Invitation


@dataclass(frozen=True, kw_only=True)
class InvitationAccepted(Event):
    invitation: Invitation
