"""Reactions to events about people, memberships and workspaces."""

from accounts.events import PersonJoined
from core.events import subscribe
from projects.services.deletion import delete_projects_of, restore_projects_of
from projects.services.joining import move_project_memberships
from projects.services.members import leave_projects
from workspaces.events import MemberRemoved, WorkspaceDeleted, WorkspaceRestored


# Runs after the workspaces app's: a project membership requires one of the workspace.
@subscribe(PersonJoined)
def move_project_memberships_to_joined(event: PersonJoined) -> None:
    move_project_memberships(actor=event.actor, person=event.person, former=event.former)


@subscribe(MemberRemoved)
def end_memberships_of_leaver(event: MemberRemoved) -> None:
    leave_projects(
        actor=event.actor,
        workspace=event.workspace,
        person=event.person,
        handover=event.handover,
    )


@subscribe(WorkspaceDeleted)
def delete_projects_of_workspace(event: WorkspaceDeleted) -> None:
    delete_projects_of(actor=event.actor, workspace=event.workspace)


@subscribe(WorkspaceRestored)
def restore_projects_of_workspace(event: WorkspaceRestored) -> None:
    restore_projects_of(actor=event.actor, workspace=event.workspace, since=event.since)
