"""The job that imports a whole workspace."""

from typing import ClassVar

from core.actor import Actor
from imports.models import ImportFile
from imports.services import whole_workspaces
from imports.services.files import ImportFileGone
from jobs.registry import JobType, Json, Outcome, Run
from workspaces.models import Workspace


def check_file(actor: Actor, workspace: Workspace, pk: str) -> None:
    """ImportFileGone unless the person has uploaded this file for this workspace."""
    if not ImportFile.objects.visible_to(actor).filter(pk=pk, workspace=workspace).exists():
        raise ImportFileGone


class ImportWorkspace(JobType):
    """Makes the content of an exported workspace anew, in one without projects."""

    name: ClassVar[str] = "import_workspace"
    most_seconds: ClassVar[float] = 4 * 3600

    def check(self, *, actor: Actor, workspace: Workspace | None, payload: Json) -> None:
        if workspace is not None:
            found = whole_workspaces.check_target(actor, workspace.pk)
            whole_workspaces.check_empty(found)
            check_file(actor, found, payload["file_id"])

    def step(self, run: Run) -> Outcome:
        return whole_workspaces.take_step(run)

    def close(self, run: Run) -> None:
        whole_workspaces.close(run)

    def can_end(self, position: Json | None) -> bool:
        return not whole_workspaces.is_shown(position)

    def take_back(self, run: Run) -> Outcome:
        return whole_workspaces.take_back_step(run)
