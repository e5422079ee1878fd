"""Moving project memberships when two accounts of a person become one."""

from django.db import transaction

from accounts.models import User
from core.actor import Actor
from core.events import Changes, publish
from core.models import as_event_value
from core.shared_locks import await_turns
from projects.events import ProjectLeadChanged, ProjectMemberAdded
from projects.models import Project, ProjectMembership
from projects.rights import ProjectRole
from projects.services.members import make_lead


@transaction.atomic
def move_project_memberships(*, actor: Actor, person: User, former: User) -> None:
    """Give the person all project memberships of the former account; their own stay as they are.

    The caller has locked the workspaces, and removes the memberships of the former account later.
    """
    places = ProjectMembership.objects.filter(user=former)
    projects = Project.objects.filter(pk__in=places.values("project")).order_by("pk")
    await_turns(projects.values_list("pk", flat=True))
    for project in projects.select_for_update(no_key=True, of=("self",)):
        role = places.values_list("role", flat=True).get(project=project)
        own = ProjectMembership.objects.filter(project=project, user=person)
        if not own.exists():
            plain = ProjectRole.MEMBER.value if role == ProjectRole.LEAD else role
            membership = ProjectMembership.objects.create(
                workspace_id=project.workspace_id, project=project, user=person, role=plain
            )
            publish(ProjectMemberAdded(actor=actor, membership=membership))
        if project.team_lead_id == former.pk:
            _transfer_lead(project, former, person, actor=actor)


def _transfer_lead(project: Project, former: User, person: User, *, actor: Actor) -> None:
    ProjectMembership.objects.filter(project=project, user=former).set_role(ProjectRole.MEMBER)
    make_lead(project, person)
    project.save_changes("team_lead")
    changes: Changes = {"team_lead": {"old": as_event_value(former), "new": as_event_value(person)}}
    publish(ProjectLeadChanged(actor=actor, project=project, before=former, changes=changes))
