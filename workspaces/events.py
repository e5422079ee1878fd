"""What can happen to a workspace and its people."""

from dataclasses import dataclass

from accounts.models import User
from core.events import Event
from workspaces.models import Membership, Workspace


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
