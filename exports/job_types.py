"""The job that exports tasks."""

from typing import ClassVar

from core.actor import Actor
from exports.services.making import EXPORT, check_export, export
from jobs.registry import Finished, JobType, Json, Run, register_type
from workspaces.models import Workspace


class Export(JobType):
    """Writes tasks to a file, in one step that tells of itself."""

    name: ClassVar[str] = EXPORT
    is_transaction: ClassVar[bool] = False
    most_seconds: ClassVar[float] = 1800

    def check(self, *, actor: Actor, workspace: Workspace | None, payload: Json) -> None:
        if workspace is not None:
            check_export(actor=actor, workspace=workspace, payload=payload)

    def step(self, run: Run) -> Finished:
        result = export(run)
        return Finished(result=result, sentence=f"{result['rows']:,} tasks are exported.")


register_type(Export())
