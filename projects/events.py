"""What can happen to a project."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from core.events import Event
from projects.models import Project, ProjectMembership, Status
from workspaces.reassignment import Handover


@dataclass(frozen=True, kw_only=True)
class ProjectCreated(Event):
    project: Project


@dataclass(frozen=True, kw_only=True)
class ProjectUpdated(Event):
    project: Project


@dataclass(frozen=True, kw_only=True)
class ProjectLeadChanged(Event):
    project: Project
    before: User | None


@dataclass(frozen=True, kw_only=True)
class ProjectArchived(Event):
    project: Project


@dataclass(frozen=True, kw_only=True)
class ProjectUnarchived(Event):
    project: Project


@dataclass(frozen=True, kw_only=True)
class ProjectDeleted(Event):
    project: Project


@dataclass(frozen=True, kw_only=True)
class ProjectRestored(Event):
    project: Project


@dataclass(frozen=True, kw_only=True)
class ProjectDeletionChanges(Event):
    """The locked project is about to be deleted or restored; what that changes is locked now."""

    project: Project


@dataclass(frozen=True, kw_only=True)
class ProjectPurged(Event):
    """Its texts were emptied, because it can no longer be restored."""

    project: Project


@dataclass(frozen=True, kw_only=True)
class ProjectMemberAdded(Event):
    membership: ProjectMembership


@dataclass(frozen=True, kw_only=True)
class ProjectRoleChanged(Event):
    """Changed between MEMBER and VIEWER; a new lead is published as `ProjectLeadChanged`."""

    membership: ProjectMembership


@dataclass(frozen=True, kw_only=True)
class ProjectMemberRemoved(Event):
    project: Project
    person: User


@dataclass(frozen=True, kw_only=True)
class ProjectsLeft(Event):
    """Published once for all `projects` the person left; the publisher has locked them."""

    projects: Sequence[Project]
    person: User
    handover: Handover


@dataclass(frozen=True, kw_only=True)
class ColumnAdded(Event):
    column: Status


@dataclass(frozen=True, kw_only=True)
class ColumnUpdated(Event):
    column: Status


@dataclass(frozen=True, kw_only=True)
class ColumnsReordered(Event):
    """`changes["columns"]` has the keys in the order before and after."""

    project: Project


@dataclass(frozen=True, kw_only=True)
class ColumnDeleted(Event):
    """Published before the row goes: receivers move what stands in it to `successor`.

    Without a successor they refuse if something does.
    """

    column: Status
    successor: Status | None


@dataclass(frozen=True, kw_only=True)
class TransitionsChanged(Event):
    """`changes["transitions"]` has pairs of keys, as `TODO → DONE`, before and after."""

    project: Project
