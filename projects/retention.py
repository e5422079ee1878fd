"""Purging projects that can no longer be restored."""

from core.context import as_system
from core.models import PURGED_AFTER
from core.retention import PURGE, purge_batch, retained
from projects.events import ProjectPurged
from projects.models import Project


@retained("texts of deleted projects", PURGED_AFTER, at_once=10)
@as_system("purging deleted projects")
def purge_projects(at_most: int) -> int:
    return purge_batch(
        Project,
        "name",
        "description",
        at_most=at_most,
        event=lambda project: ProjectPurged(actor=PURGE, project=project),
    )
