"""How the projects of a workspace come back with it."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.events import publish
from projects.events import ProjectRestored
from projects.models import Project
from workspaces.models import Workspace


@transaction.atomic
def restore_projects_of(*, actor: User | None, workspace: Workspace, since: datetime) -> None:
    """Bring back what went with the workspace; what was deleted before stays deleted.

    The caller holds the workspace.
    """
    gone = Project.objects.filter(workspace=workspace, deleted_at__gte=since)
    for project in gone.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        project.deleted_at = None
        project.save_changes("deleted_at")
        publish(ProjectRestored(actor=actor, project=project))
