"""The projects of somebody whose two accounts become one."""

from django.db import transaction

from accounts.models import User
from core.events import Changes, publish
from core.models import as_told
from projects.events import ProjectLeadChanged, ProjectMemberAdded
from projects.models import Project, ProjectMembership
from projects.rights import ProjectRole
from projects.services.members import lead


@transaction.atomic
def take_over_project_memberships(*, actor: User | None, person: User, former: User) -> None:
    """Give the person every place the former account has; what both have stays as it is.

    The caller holds the workspaces; the former account leaves its places afterwards.
    """
    places = ProjectMembership.objects.filter(user=former)
    projects = Project.objects.filter(pk__in=places.values("project")).order_by("pk")
    for project in projects.select_for_update(no_key=True, of=("self",)):
        role = places.values_list("role", flat=True).get(project=project)
        held = ProjectMembership.objects.filter(project=project, user=person)
        if not held.exists():
            plain = ProjectRole.MEMBER.value if role == ProjectRole.LEAD else role
            membership = ProjectMembership.objects.create(
                workspace_id=project.workspace_id, project=project, user=person, role=plain
            )
            publish(ProjectMemberAdded(actor=actor, membership=membership))
        if project.team_lead_id == former.pk:
            _hand_lead(project, former, person, actor=actor)


def _hand_lead(project: Project, former: User, person: User, *, actor: User | None) -> None:
    ProjectMembership.objects.filter(project=project, user=former).become(ProjectRole.MEMBER)
    lead(project, person)
    project.save_changes("team_lead")
    changes: Changes = {"team_lead": {"old": as_told(former), "new": as_told(person)}}
    publish(ProjectLeadChanged(actor=actor, project=project, before=former, changes=changes))
