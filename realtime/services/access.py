"""Who, of the people who follow a workspace, may read which of its events.

`Event.objects.visible_to` for many people and few events: three queries, and the table of rights
in Python. A test compares the two.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from activity.models import Event
from activity.rights import ENDINGS, OF_PROJECTS, OF_WORKSPACES
from core.rights import Standing
from projects.models import Project, ProjectMembership, Visibility
from projects.rights import READ_PROJECT, ProjectRole
from workspaces.models import Membership, Workspace
from workspaces.rights import READ_WORKSPACE, WorkspaceRole


class Place(NamedTuple):
    """What of an event decides who may read it."""

    entity: str
    action: str
    project_id: UUID | None
    former_project_id: UUID | None
    private_to: UUID | None

    @classmethod
    def of(cls, event: Event) -> "Place":
        return cls(*(getattr(event, name) for name in cls._fields))

    @property
    def projects(self) -> set[UUID]:
        return {pk for pk in (self.project_id, self.former_project_id) if pk}

    @property
    def changes_access(self) -> bool:
        """Whether somebody may read more, or less, of the workspace since then."""
        return self.entity in ("workspace", "membership", "project")


class ProjectState(NamedTuple):
    is_private: bool
    is_deleted: bool


@dataclass
class Access:
    """Roles and states as they were after the last event they are asked about."""

    people: frozenset[UUID] = frozenset()
    """Those who were asked for; of others nothing is known."""
    is_open: bool = False
    """Whether the workspace is not deleted."""
    roles: dict[UUID, WorkspaceRole] = field(default_factory=dict)
    projects: dict[UUID, ProjectState] = field(default_factory=dict)
    project_roles: dict[tuple[UUID, UUID], ProjectRole] = field(default_factory=dict)
    """By project and person."""
    _readers: dict[tuple[UUID, UUID], bool] = field(default_factory=dict)
    """By project and person, what `reads_project` found."""

    def knows(self, person: UUID, project: UUID | None) -> bool:
        return person in self.people and (project is None or project in self.projects)

    def reads_workspace(self, person: UUID) -> bool:
        return self.is_open and self._standing(person).covers(READ_WORKSPACE)

    def reads_project(self, person: UUID, project: UUID | None) -> bool:
        if project is None:
            return False
        found = self._readers.get((project, person))
        if found is None:
            state = self.projects.get(project)
            is_there = state is not None and not state.is_deleted
            found = is_there and self._is_open_to(person, project)
            self._readers[project, person] = found
        return found

    def reads(self, person: UUID, place: Place) -> bool:
        if place.private_to not in (None, person):
            return False
        if place.project_id is None:
            right = OF_WORKSPACES.get(place.entity)
            has_ended = place.entity == "workspace" and place.action in ENDINGS
            is_told = self.is_open or has_ended
            return right is not None and is_told and self._standing(person).covers(right)
        if place.entity not in OF_PROJECTS:
            return False
        if self.reads_project(person, place.project_id):
            return True
        if self.reads_project(person, place.former_project_id):
            return True
        has_ended = place.entity == "project" and place.action in ENDINGS
        return has_ended and self._is_open_to(person, place.project_id)

    def _is_open_to(self, person: UUID, project: UUID) -> bool:
        if project not in self.projects or not self.is_open:
            return False
        return self._standing(person, project).covers(READ_PROJECT)

    def _standing(self, person: UUID, project: UUID | None = None) -> Standing:
        return Standing(
            workspace_role=self.roles.get(person),
            project_role=self.project_roles.get((project, person)) if project else None,
            is_private=project is not None and self.projects[project].is_private,
        )


def access_to(workspace_id: UUID, people: Collection[UUID], projects: Iterable[UUID]) -> Access:
    """The access of these people to these projects; the caller's context is the system's."""
    wanted, members = list(projects), list(people)
    rows = Project.objects.filter(workspace=workspace_id, pk__any_of=wanted)
    states = rows.values_list("pk", "visibility", "deleted_at")
    roles = Membership.objects.filter(workspace=workspace_id, user__any_of=members)
    project_roles = ProjectMembership.objects.filter(project__any_of=wanted, user__any_of=members)
    return Access(
        people=frozenset(members),
        is_open=Workspace.objects.alive().filter(pk=workspace_id).exists(),
        roles={pk: WorkspaceRole(role) for pk, role in roles.values_list("user_id", "role")},
        projects={
            pk: ProjectState(seen == Visibility.PRIVATE, gone is not None)
            for pk, seen, gone in states
        },
        project_roles={
            (project, person): ProjectRole(role)
            for project, person, role in project_roles.values_list("project_id", "user_id", "role")
        },
    )
