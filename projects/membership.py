"""Who takes part in a project, and who leads it."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from core.errors import Conflict, Invalid
from core.events import Changes, publish
from core.models import as_told
from projects.events import ProjectLeadChanged, ProjectMemberAdded, ProjectMemberRemoved
from projects.models import Project, ProjectMembership
from workspaces.models import Membership, Workspace
from workspaces.rights import ProjectRole


class NotInWorkspace(Invalid):
    """Names who is meant in `people`, by address."""

    message = "These people are not members of the workspace."


class AlreadyProjectMember(Conflict):
    message = "This person is already a member of the project."


class LeadsTheProject(Conflict):
    message = "Hand the project over before the lead leaves it."


@transaction.atomic
def add_project_member(
    *, actor: User, project: Project, person: User, role: str = ProjectRole.MEMBER
) -> ProjectMembership:
    """Take somebody of the workspace into the project."""
    project = Project.objects.alive().locked(project.pk)
    _check_workspace(project, [person], field="email")
    if ProjectMembership.objects.role_of(person, project.pk):
        raise AlreadyProjectMember(errors={"email": [AlreadyProjectMember.message]})
    membership = ProjectMembership.objects.create(
        workspace_id=project.workspace_id, project=project, user=person, role=role
    )
    publish(ProjectMemberAdded(actor=actor, membership=membership))
    return membership


@transaction.atomic
def remove_project_member(*, actor: User, project: Project, person: User) -> None:
    """Let somebody go; whoever listens takes their tasks off them."""
    project = Project.objects.alive().locked(project.pk)
    if project.team_lead_id == person.pk:
        raise LeadsTheProject
    if ProjectMembership.objects.role_of(person, project.pk):
        _let_go(project, person, actor=actor)


@transaction.atomic
def set_project_lead(*, actor: User, project: Project, person: User | None) -> Project:
    """Make the person the lead, taking them in if needed; None leaves the project without one."""
    project = Project.objects.alive().locked(project.pk)
    before = project.team_lead
    if before == person:
        return project
    _step_down(project)
    if person:
        join(project, [person], actor=actor, field="team_lead")
        lead(project, person)
    project.save_changes("team_lead")
    changes = {"team_lead": {"old": as_told(before), "new": as_told(person)}}
    publish(ProjectLeadChanged(actor=actor, project=project, before=before, changes=changes))
    return project


@transaction.atomic
def leave_projects(*, actor: User | None, workspace: Workspace, person: User) -> None:
    """Let somebody go from every project of a workspace; those they led are without a lead.

    All projects are locked, or they could be taken into another one meanwhile.
    """
    inside = set(
        Project.objects.filter(workspace=workspace)
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    places = ProjectMembership.objects.filter(project__in=inside, user=person)
    for place in places.select_related("project").order_by("project_id"):
        _let_go(place.project, person, actor=actor)


def join(
    project: Project, people: Iterable[User], *, actor: User, field: str = "team_members"
) -> None:
    """Make each of them a member; who is one stays what they are. The caller holds a lock."""
    wanted = {person.pk: person for person in people}
    _check_workspace(project, wanted.values(), field=field)
    present = ProjectMembership.objects.filter(project=project, user__in=wanted)
    for known in present.values_list("user_id", flat=True):
        del wanted[known]
    joined = ProjectMembership.objects.bulk_create(
        ProjectMembership(workspace_id=project.workspace_id, project=project, user=person)
        for person in wanted.values()
    )
    for membership in joined:
        publish(ProjectMemberAdded(actor=actor, membership=membership))


def lead(project: Project, person: User) -> None:
    """Write the lead into both places that know them; the person is a member already."""
    project.team_lead = person
    ProjectMembership.objects.filter(project=project, user=person).update(role=ProjectRole.LEAD)
    Project.objects.filter(pk=project.pk).update(team_lead=person)


def _let_go(project: Project, person: User, *, actor: User | None) -> None:
    if project.team_lead_id == person.pk:
        _step_down(project)
        project.save_changes("team_lead")
        lost: Changes = {"team_lead": {"old": as_told(person), "new": None}}
        publish(ProjectLeadChanged(actor=actor, project=project, before=person, changes=lost))
    ProjectMembership.objects.filter(project=project, user=person).delete()
    changes: Changes = {"member": {"old": as_told(person), "new": None}}
    publish(ProjectMemberRemoved(actor=actor, project=project, person=person, changes=changes))


def _step_down(project: Project) -> None:
    project.team_lead = None
    ProjectMembership.objects.filter(project=project, role=ProjectRole.LEAD).update(
        role=ProjectRole.MEMBER
    )


def _check_workspace(project: Project, people: Iterable[User], *, field: str) -> None:
    people = list(people)
    inside = set(
        Membership.objects.filter(workspace_id=project.workspace_id, user__in=people).values_list(
            "user_id", flat=True
        )
    )
    outside = [person.email for person in people if person.pk not in inside]
    if outside:
        errors = {field: [f"{email} is not a member of the workspace." for email in outside]}
        raise NotInWorkspace(errors=errors, people=outside)
