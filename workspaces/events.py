"""What can happen to a workspace and its people."""

from dataclasses import dataclass

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
