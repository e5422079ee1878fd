"""The type of jobs that import a file."""

from collections.abc import Mapping

from core.actor import Actor
from core.errors import Conflict, NotFound
from core.rights import require
from core.shared_locks import await_turns
from imports.models import ImportFile
from imports.services import applying, reading, relating, revealing, structure, taking_back
from imports.services.files import ImportFileNotReady
from imports.services.imports import (
    APPLY,
    BEGIN_REVEAL,
    CHECK,
    CLOSE,
    IRREVERSIBLE,
    READ,
    RELATE,
    REVEAL,
    TELL,
    Import,
)
from imports.services.whole_jobs import ImportWorkspace
from imports.services.words import NEW
from jobs.models import Job
from jobs.registry import JobType, Json, Outcome, Run, register_type
from projects.models import Project
from projects.rights import CREATE_TASK, MANAGE_WORKFLOW
from projects.services.locks import check_open
from tasks.services.columns import column_called
from workspaces.models import Workspace

STEPS: Mapping[str, taking_back.Step] = {
    READ: reading.read,
    CHECK: structure.check,
    APPLY: applying.apply,
    RELATE: relating.relate,
    BEGIN_REVEAL: revealing.begin_reveal,
    REVEAL: revealing.reveal,
    TELL: relating.tell,
    CLOSE: revealing.close,
}


class ImportUnfinished(Conflict):
    message = "Another import into this project is not finished yet."


class ImportFiles(JobType):
    """Reads a file, checks it as a whole, makes hidden tasks, then shows them."""

    name = "import"
    most_seconds = 4 * 3600

    def check(self, *, actor: Actor, workspace: Workspace | None, payload: Json) -> None:
        wanted = Project.objects.visible_to(actor).filter(pk=payload["project_id"])
        project = wanted.filter(workspace=workspace).first()
        if project is None:
            raise NotFound(errors={"project_id": ["Not found."]})
        check_open(project)
        require(CREATE_TASK, project, actor)
        _check_columns(actor, project, payload.get("columns") or {})
        file = ImportFile.objects.visible_to(actor).filter(pk=payload["file_id"]).first()
        if file is None or file.workspace_id != project.workspace_id:
            raise NotFound(errors={"file_id": ["Not found."]})
        if file.state != ImportFile.State.READY:
            raise ImportFileNotReady
        if payload.get("dry_run"):
            return
        await_turns([f"imports into {project.pk}"])
        others = Job.objects.unfinished().filter(type=self.name, workspace=workspace)
        others = others.filter(payload__project_id=str(project.pk))
        if not all(other.get("dry_run") for other in others.values_list("payload", flat=True)):
            raise ImportUnfinished

    def step(self, run: Run) -> Outcome:
        position = run.position or {}
        step = STEPS[position.get("phase", READ)]
        return step(Import.of(run, run.actor), run, position)

    def close(self, run: Run) -> None:
        reading.close(run)

    def can_end(self, position: Json | None) -> bool:
        return (position or {}).get("phase") not in IRREVERSIBLE

    def take_back(self, run: Run) -> Outcome:
        actor = Actor(user=run.job.owner)
        return taking_back.end(Import.of(run, actor), run, run.position or {}, STEPS)


def _check_columns(actor: Actor, project: Project, columns: Mapping[str, str]) -> None:
    """Refuse columns that the project has not, and new ones by those who may not add them."""
    for key in {*columns.values()} - {NEW}:
        column_called(project, key)
    if NEW in columns.values():
        require(MANAGE_WORKFLOW, project, actor)


register_type(ImportFiles())
register_type(ImportWorkspace())
