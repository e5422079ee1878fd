"""Making the file of an export."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.text import slugify

from core.actor import Actor
from core.errors import Conflict
from core.events import publish
from exports.events import TasksExported
from exports.formats.tables import CSV, XLSX, open_table
from exports.services.lists import COLUMNS, Lister
from exports.services.people import People
from exports.services.scopes import Scope, Walk
from exports.services.zips import ZipWriter
from jobs.models import UNFINISHED, Job, ResultFile
from jobs.registry import Json, Run
from jobs.services.result_files import described, keep_file
from workspaces.models import Workspace

EXPORT, JSONL = "export", "jsonl"
TYPES = {
    CSV: "text/csv",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    JSONL: "application/zip",
}
EXTENSIONS = {CSV: "csv", XLSX: "xlsx", JSONL: "zip"}
MOST_FILES = 20
"""The most exports that are kept, or being made, for a person."""
FOLDER = "gantry-export-"
FORGOTTEN_AFTER = 24 * 60 * 60


class TooManyExports(Conflict):
    message = f"You have {MOST_FILES} exports already; each is kept for a day."


class Made(NamedTuple):
    rows: int
    kinds: dict[str, int]
    """How many rows of each kind a ZIP has."""


def check_export(*, actor: Actor, workspace: Workspace, payload: Json) -> None:
    """NotFound, Forbidden or TooManyExports for what this actor may not ask for."""
    Scope(actor, workspace.pk, payload).check()
    own = Job.objects.filter(owner=actor.person, type=EXPORT)
    kept = ResultFile.objects.visible_to(actor).filter(job__in=own).count()
    if kept + own.filter(state__in=UNFINISHED).count() >= MOST_FILES:
        raise TooManyExports


def export(run: Run) -> Json:
    """Make and keep the file; returns the result of the job.

    The whole of it runs again after a crash, and replaces what was kept.
    """
    kind = run.payload["format"]
    with _folder() as folder:
        path = folder / f"export.{EXTENSIONS[kind]}"
        made = _zip(run, path) if kind == JSONL else _table(run, kind, path)
        kept = keep_file(run, _name(run, kind), TYPES[kind], path)
    with transaction.atomic(), run.shown():
        Scope(run.actor, _workspace(run), run.payload).check()
        publish(TasksExported(actor=run.actor, file=kept, details=_details(run, made)))
    return {"file": described(kept), "rows": made.rows, "kinds": made.kinds}


def _table(run: Run, kind: str, path: Path) -> Made:
    columns = run.payload.get("columns") or COLUMNS
    walk, people = _started(run)
    lister = Lister(columns, people)
    has_bom = run.payload.get("bom", False)
    with closing(open_table(kind, path, columns, has_bom=has_bom)) as table:

        def write(tasks: list[Any]) -> None:
            for row in lister.rows(tasks):
                table.write(row)

        return Made(walk.through(write), {})


def _zip(run: Run, path: Path) -> Made:
    walk, people = _started(run)
    kinds = ZipWriter(walk, path.parent, people).write(path)
    return Made(walk.done, kinds)


def _started(run: Run) -> tuple[Walk, People]:
    scope = Scope(run.actor, _workspace(run), run.payload)
    with run.shown():
        may_read = scope.may_read_addresses()
    people = People(reader=run.actor.person.pk, may_read_addresses=may_read)
    return Walk(run, scope), people


def _workspace(run: Run) -> Any:
    return run.job.workspace_id


def _name(run: Run, kind: str) -> str:
    """The same whenever a step of the job is taken again."""
    with run.shown():
        name = Workspace.objects.values_list("name", flat=True).get(pk=_workspace(run))
    words = [slugify(name)[:60], run.payload["what"], f"{run.job.created_at:%Y-%m-%d}"]
    return f"{'-'.join(filter(None, words))}.{EXTENSIONS[kind]}"


def _details(run: Run, made: Made) -> Json:
    """What the audit keeps: ids and codes only."""
    asked = {name: run.payload.get(name) for name in ("what", "format", "project_id")}
    return {**asked, "rows": made.rows, "with_files": bool(run.payload.get("with_files"))}


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for temporary files; removes those that workers left behind which were killed."""
    with tempfile.TemporaryDirectory(prefix=FOLDER) as name:
        path = Path(name)
        before = time.time() - FORGOTTEN_AFTER
        for other in path.parent.glob(f"{FOLDER}*"):
            if _changed_at(other) < before:
                shutil.rmtree(other, ignore_errors=True)
        yield path


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()
