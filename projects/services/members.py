"""Changing the members of a project and its lead."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.events import Changes, publish, publish_all
from core.models import as_event_value
from core.shared_locks import await_turns
from projects.events import (
    ProjectLeadChanged,
    ProjectMemberAdded,
    ProjectMemberRemoved,
    ProjectRoleChanged,
    ProjectsLeft,
)
from projects.models import Project, ProjectMembership, role_in_project
from projects.rights import MANAGE_MEMBERS, SET_LEAD, ProjectRole
from projects.services.locks import locked_project
from workspaces.models import Membership, Workspace
from workspaces.reassignment import TO_LEAD, Handover
from workspaces.services.members import NotInWorkspace


class NotInProject(Invalid):
    message = "This person is not a member of the project."


class AlreadyProjectMember(Conflict):
    message = "This person is already a member of the project."


class LeadsTheProject(Conflict):
    message = "Hand the project over before the lead leaves it."


@transaction.atomic
def add_project_member(
    *, actor: Actor, project: Project, person: User, role: str = ProjectRole.MEMBER
) -> ProjectMembership:
    """Add a member of the workspace to the project."""
    project = locked_project(MANAGE_MEMBERS, project, actor)
    _check_workspace(project, [person], field="email")
    if role_in_project.first(person=person, project=project.pk):
        raise AlreadyProjectMember(errors={"email": [AlreadyProjectMember.message]})
    membership = ProjectMembership.objects.create(
        workspace_id=project.workspace_id, project=project, user=person, role=role
    )
    publish(ProjectMemberAdded(actor=actor, membership=membership))
    return membership


@transaction.atomic
def set_project_role(
    *, actor: Actor, project: Project, person: User, role: str, version: int | None = None
) -> ProjectMembership:
    """Give a member another role; LEAD makes them the lead, which needs the right SET_LEAD."""
    leads = role == ProjectRole.LEAD
    project = locked_project(SET_LEAD if leads else MANAGE_MEMBERS, project, actor)
    membership = _membership_of(person, project, version)
    if leads:
        set_project_lead(actor=actor, project=project, person=person)
        membership.refresh_from_db()
        return membership
    if membership.role == ProjectRole.LEAD:
        raise LeadsTheProject
    if changes := membership.change(role=role):
        membership.save_changes("role")
        publish(ProjectRoleChanged(actor=actor, membership=membership, changes=changes))
    return membership


@transaction.atomic
def remove_project_member(
    *,
    actor: Actor,
    project: Project,
    person: User,
    handover: Handover = TO_LEAD,
    version: int | None = None,
) -> None:
    """Remove a member who is not the lead; receivers reassign their open tasks."""
    project = locked_project(MANAGE_MEMBERS, project, actor)
    if _membership_of(person, project, version).role == ProjectRole.LEAD:
        raise LeadsTheProject
    _check_successor(project, person, handover)
    _end_memberships([project], person, actor=actor, handover=handover)


@transaction.atomic
def set_project_lead(
    *, actor: Actor, project: Project, person: User | None, version: int | None = None
) -> Project:
    """Make the person the lead, and a member if they are none; None removes the lead."""
    project = locked_project(SET_LEAD, project, actor, version=version)
    before = project.team_lead
    if before == person:
        return project
    _remove_lead(project)
    if person:
        add_members(project, [person], actor=actor, field="team_lead")
        make_lead(project, person)
    project.save_changes("team_lead")
    changes = {"team_lead": {"old": as_event_value(before), "new": as_event_value(person)}}
    publish(ProjectLeadChanged(actor=actor, project=project, before=before, changes=changes))
    return project


@transaction.atomic
def leave_projects(
    *, actor: Actor, workspace: Workspace, person: User, handover: Handover = TO_LEAD
) -> None:
    """End all memberships of a person in a workspace; projects they led are left without a lead.

    All projects of the workspace are locked, so that the person is not added to another meanwhile.
    """
    all_projects = Project.objects.filter(workspace=workspace).order_by("pk")
    await_turns(all_projects.values_list("pk", flat=True))
    locked = all_projects.select_for_update(no_key=True, of=("self",))
    inside = set(locked.values_list("pk", flat=True))
    places = ProjectMembership.objects.filter(project__in=inside, user=person)
    left = [place.project for place in places.select_related("project").order_by("project_id")]
    _end_memberships(left, person, actor=actor, handover=handover)


def add_members(
    project: Project, people: Iterable[User], *, actor: Actor, field: str = "team_members"
) -> None:
    """Make them members; those who are keep their role. The caller has locked the project."""
    wanted = {person.pk: person for person in people}
    _check_workspace(project, wanted.values(), field=field)
    present = ProjectMembership.objects.filter(project=project, user__in=wanted)
    for known in present.values_list("user_id", flat=True):
        del wanted[known]
    joined = ProjectMembership.objects.bulk_create(
        ProjectMembership(workspace_id=project.workspace_id, project=project, user=person)
        for person in wanted.values()
    )
    publish_all([ProjectMemberAdded(actor=actor, membership=each) for each in joined])


def make_lead(project: Project, person: User) -> None:
    """Write the lead to the project and to their membership, which must exist."""
    project.team_lead = person
    ProjectMembership.objects.filter(project=project, user=person).set_role(ProjectRole.LEAD)
    Project.objects.filter(pk=project.pk).update(team_lead=person)


def _end_memberships(
    projects: list[Project], person: User, *, actor: Actor, handover: Handover
) -> None:
    """End the person's memberships of these locked projects, then publish `ProjectsLeft`."""
    for project in projects:
        _end_membership(project, person, actor=actor)
    if projects:
        publish(ProjectsLeft(actor=actor, projects=projects, person=person, handover=handover))


def _end_membership(project: Project, person: User, *, actor: Actor) -> None:
    if project.team_lead_id == person.pk:
        _remove_lead(project)
        project.save_changes("team_lead")
        lost: Changes = {"team_lead": {"old": as_event_value(person), "new": None}}
        publish(ProjectLeadChanged(actor=actor, project=project, before=person, changes=lost))
    ProjectMembership.objects.filter(project=project, user=person).delete()
    changes: Changes = {"member": {"old": as_event_value(person), "new": None}}
    publish(ProjectMemberRemoved(actor=actor, project=project, person=person, changes=changes))


def _check_successor(project: Project, person: User, handover: Handover) -> None:
    successor = handover.person
    if successor is None:
        return
    place = ProjectMembership.objects.filter(project=project, user=successor, user__is_active=True)
    if successor == person or not place.exists():
        raise NotInProject(errors={"reassign_to": [NotInProject.message]})


def _remove_lead(project: Project) -> None:
    project.team_lead = None
    leads = ProjectMembership.objects.filter(project=project, role=ProjectRole.LEAD)
    leads.set_role(ProjectRole.MEMBER)


def _membership_of(person: User, project: Project, version: int | None) -> ProjectMembership:
    """Their membership, which cannot change: the caller has locked the project."""
    place: ProjectMembership | None = ProjectMembership.objects.filter(
        project=project, user=person
    ).first()
    if place is None:
        raise NotFound
    place.check_version(version)
    return place


def _check_workspace(project: Project, people: Iterable[User], *, field: str) -> None:
    people = list(people)
    inside = set(
        Membership.objects.filter(workspace_id=project.workspace_id, user__in=people).values_list(
            "user_id", flat=True
        )
    )
    outside = [person for person in people if person.pk not in inside]
    if outside:
        names = [person.name or person.public_id for person in outside]
        raise not_in_workspace({field: names}, people=[person.public_id for person in outside])


def not_in_workspace(named: dict[str, list[str]], *, people: list[str]) -> NotInWorkspace:
    """The refusal of people outside the workspace, with one error per person in each field."""
    errors = {
        field: [f"{name} is not a member of the workspace." for name in names]
        for field, names in named.items()
        if names
    }
    return NotInWorkspace(
        "These people are not members of the workspace.", errors=errors, people=people
    )
