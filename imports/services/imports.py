"""An import as its job's payload describes it, and the steps it is taken in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.actor import Actor
from core.rights import require
from imports.models import ImportRow
from jobs.registry import Json, Progress, Run
from projects.models import Project
from projects.rights import CREATE_TASK
from projects.services.locks import check_open

READ, CHECK, APPLY, RELATE, BEGIN_REVEAL, REVEAL, TELL, CLOSE = (
    *("read", "check", "apply", "relate", "begin_reveal", "reveal", "tell", "close"),
)
"""The phases, in their order; from REVEAL on an import cannot be taken back."""
IRREVERSIBLE = (REVEAL, TELL, CLOSE)
AT_ONCE = 500
"""Tasks that are made, or shown, in one transaction."""
MOST_BYTES = 4_000_000
"""Of the records that are in memory together."""


@dataclass(frozen=True, kw_only=True)
class Import:
    """What is imported, by whom, and into which project."""

    job_id: UUID
    actor: Actor
    project_id: UUID
    workspace_id: UUID
    source: str
    columns: Mapping[str, str]
    """By the name of a status in the source, the key of a column."""
    people: Mapping[str, str]
    """By the name of a person in the source, an e-mail address."""
    is_dry_run: bool
    is_partial: bool

    @classmethod
    def of(cls, run: Run, actor: Actor) -> "Import":
        payload = run.payload
        if run.job.workspace_id is None:
            message = "an import belongs to a workspace"
            raise ValueError(message)
        return cls(
            job_id=run.job.pk,
            actor=actor,
            project_id=UUID(payload["project_id"]),
            workspace_id=run.job.workspace_id,
            source=payload["source"],
            columns={_folded(k): v for k, v in (payload.get("columns") or {}).items()},
            people={_folded(k): v for k, v in (payload.get("people") or {}).items()},
            is_dry_run=bool(payload.get("dry_run")),
            is_partial=bool(payload.get("partial")),
        )

    def rows(self) -> Any:
        return ImportRow.objects.filter(job_id=self.job_id)

    def new_rows(self) -> Any:
        """Those that become tasks."""
        return self.rows().filter(flaws=[], known_task_id=None)

    def lock_project(self) -> Project:
        """The project, locked shared: open, and the actor may create tasks in it."""
        project: Project = Project.objects.locked_shared(self.project_id)
        check_open(project)
        require(CREATE_TASK, project, self.actor)
        return project


def _folded(name: str) -> str:
    return name.strip().casefold()


def progress(position: Json, sentence: str, **changed: Any) -> Progress:
    """The next position: as it is, with what has changed.

    `rows` of the position are all that there are, once they are known; `units` counts each when it
    has been read, made into a task, and shown: a third of a row each time.
    """
    following = {**position, **changed}
    total = following.get("rows") or following.get("expected")
    done = following.get("units", 0) // 3
    if total is not None:
        done = total if following.get("phase") == CLOSE else min(done, total)
    return Progress(
        position=following,
        done=done,
        total=total,
        sentence=sentence,
    )


def next_phase(position: Json, phase: str, sentence: str, **changed: Any) -> Progress:
    """The first step of another phase is next."""
    return progress(position, sentence, phase=phase, after=None, **changed)
