"""Who may read a project."""

from django.db.models import Q, QuerySet

from core.rights import NO_NEEDS, NOT_PRIVATE
from projects.models import Project, ProjectMembership, Visibility
from projects.rights import READ_PROJECT, ProjectRole
from workspaces.models import Membership
from workspaces.rights import WorkspaceRole


def readers_of(project: Project) -> QuerySet[Membership]:
    """The workspace memberships of the active people who may read the project."""
    met = NOT_PRIVATE if project.visibility == Visibility.WORKSPACE else NO_NEEDS
    members = ProjectMembership.objects.filter(
        project=project, role__in=READ_PROJECT.roles(ProjectRole, met)
    )
    return Membership.objects.filter(
        Q(role__in=READ_PROJECT.roles(WorkspaceRole, met)) | Q(user__in=members.values("user_id")),
        workspace=project.workspace_id,
        user__is_active=True,
    )
