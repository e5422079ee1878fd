"""Importing the ZIP of a workspace into an empty one, in steps.

The projects are hidden, as if they were deleted and purged long ago, until everything is in them:
nobody sees anything of it before, and what is taken back has never been seen.
"""

from contextlib import ExitStack, closing
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.actor import Actor
from core.batches import update_all
from core.errors import Conflict, Invalid, NotFound
from core.events import IMPORT, publish_all
from core.rights import require
from exports.services.kinds import KINDS, Kind
from imports.services.files import open_import_file
from imports.services.whole_adding import Source, add
from imports.services.whole_checks import check_content
from imports.services.whole_rows import Ids, People, existing, matched
from imports.services.whole_telling import tell_next
from imports.services.whole_undoing import remove_next
from imports.sources.records import FileRefused
from imports.sources.whole_zips import WholeZip
from jobs.registry import Finished, Json, Outcome, Progress, Run
from projects.events import ProjectCreated
from projects.models import Project
from tasks.services.hidden import HIDDEN_AT
from workspaces.models import Workspace
from workspaces.rights import IMPORT_WORKSPACE

PEOPLE = "people"
PARTS = (*KINDS, PEOPLE)
AT_ONCE, FILES_AT_ONCE, BYTES_AT_ONCE = 500, 20, 8 * 1024**2
"""Lines, those of them that have files, and bytes of lines, that one step reads."""
CHECK, ADD, LINK, REVEAL, TELL = "check", "add", "link", "reveal", "tell"
LINKED = ("tasks", "comments")
"""The kinds of rows that refer to others of their own kind: once all of them are there."""


class WorkspaceNotEmpty(Conflict):
    message = "A whole workspace is imported into one without projects only, deleted ones included."


class FileNotImported(Invalid):
    message = "The file cannot be imported."


def check_target(actor: Actor, workspace_id: UUID) -> Workspace:
    """The workspace; NotFound or Forbidden if the actor may not import into it, or not any more."""
    found: Workspace | None = Workspace.objects.visible_to(actor).filter(pk=workspace_id).first()
    if found is None:
        raise NotFound
    require(IMPORT_WORKSPACE, found, actor)
    return found


def check_empty(workspace: Workspace) -> None:
    if Project.objects.filter(workspace=workspace).exists():
        raise WorkspaceNotEmpty


def take_step(run: Run) -> Outcome:
    """The next step of the import."""
    try:
        return WholeImport(run).step()
    except FileRefused as problem:
        raise FileNotImported(str(problem)) from problem
    except IntegrityError as problem:
        message = "The rows of the file contradict each other."
        raise FileNotImported(message) from problem


def take_back_step(run: Run) -> Outcome:
    """Undo the next rows; what is shown already stays, and is told to the end."""
    position = run.position or {}
    if position.get("phase") == TELL:
        return tell_next(run, position)
    left = remove_next([UUID(pk) for pk in position.get("projects", ())])
    if left:
        return Progress(position=position, sentence="Taking back what was imported")
    return Finished(sentence="Nothing was imported.")


def is_shown(position: Json | None) -> bool:
    """Whether people have seen it, so that it cannot be taken back any more."""
    return (position or {}).get("phase") == TELL


def close(run: Run) -> None:
    """Close what is open of the file."""
    if opened := run.kept.pop("opened", None):
        opened.close()


class WholeImport:
    """One step."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._position: Json = run.position or {"phase": CHECK, "at": 0, "skip": 0, "done": 0}
        self._workspace_id = UUID(str(run.job.workspace_id))
        self._ids = Ids(run.job.pk)

    def step(self) -> Outcome:
        position = self._position
        if position["phase"] == TELL:
            return tell_next(self._run, position)
        self._workspace = check_target(self._run.actor, self._workspace_id)
        match position["phase"]:
            case "check":
                return self._check()
            case "add":
                return self._add()
            case "link":
                return self._link()
            case _:
                return self._reveal()

    def _check(self) -> Outcome:
        """Check the next part."""
        at = self._position["at"]
        if at == 0:
            check_empty(self._workspace)
        if at < len(PARTS):
            self._zip.check(PARTS[at])
            return self._next("The file is being checked", at=at + 1)
        unmatched = sum(each.member is None for each in self._people.values())
        if self._run.payload.get("dry_run"):
            rows = {name: info.rows for name, info in self._zip.parts.items()}
            return Finished(result={"rows": rows, "unmatched_people": unmatched})
        return self._next("The file is whole", phase=ADD, at=0, skip=0, unmatched=unmatched)

    def _add(self) -> Outcome:
        """Add the rows of the next lines."""
        at, skip = self._position["at"], self._position["skip"]
        if at == len(KINDS):
            return self._next("All rows are there", phase=LINK, at=0, skip=0)
        kind = KINDS[PARTS[at]]
        if kind.name == "projects" and not skip:
            locked = Workspace.objects.locked(self._workspace.pk, alive=True)
            check_empty(locked)
        lines = self._lines(kind.name, skip)
        if not lines:
            return self._next("The next rows follow", at=at + 1, skip=0)
        with transaction.atomic():
            added = add(self._source(), kind, lines)
        return self._added(kind, added, len(lines))

    def _added(self, kind: Kind, added: list[UUID], lines: int) -> Outcome:
        """So many rows were made of so many lines."""
        position = self._position
        counts = position.get("rows", {})
        projects = position.get("projects", [])
        if kind.name == "projects":
            projects = [*projects, *map(str, added)]
        done = position["done"] + lines
        return self._next(
            f"{done:,} rows are there",
            skip=position["skip"] + lines,
            done=done,
            rows={**counts, kind.name: counts.get(kind.name, 0) + len(added)},
            projects=projects,
        )

    def _link(self) -> Outcome:
        """Let the rows of the next lines refer to others of their kind."""
        at, skip = self._position["at"], self._position["skip"]
        if at == len(LINKED):
            check_content([UUID(pk) for pk in self._position.get("projects", ())])
            return self._next("Everything is checked", phase=REVEAL)
        kind = KINDS[LINKED[at]]
        lines = self._lines(kind.name, skip)
        if not lines:
            return self._next("The next rows follow", at=at + 1, skip=0)
        pairs = {
            self._ids.new(kind.name, line["id"]): self._ids.new(kind.name, line["parent_id"])
            for line in lines
            if line.get("parent_id")
        }
        there = existing(kind.model, [*pairs, *pairs.values()])
        rows: list[Any] = [
            kind.model(pk=child, parent_id=parent)
            for child, parent in pairs.items()
            if child in there and parent in there
        ]
        update_all(rows, "parent")
        return self._next("Rows are connected", skip=skip + len(lines))

    def _reveal(self) -> Outcome:
        """Show all projects at once."""
        ids = [UUID(pk) for pk in self._position.get("projects", ())]
        rows = Project.objects.filter(pk__any_of=ids, deleted_at=HIDDEN_AT).order_by("pk")
        projects = list(rows.select_for_update(no_key=True))
        for project in projects:
            project.deleted_at = project.purged_at = None
        update_all(projects, "deleted_at", "purged_at")
        actor = self._run.actor
        publish_all([ProjectCreated(actor=actor, project=each, origin=IMPORT) for each in projects])
        now = timezone.now().isoformat()
        return self._next(
            "The projects are there", phase=TELL, kind=0, at=0, after=None, shown_at=now
        )

    def _next(self, sentence: str, **changed: Any) -> Progress:
        position = {**self._position, **changed}
        total = sum(info.rows for name, info in self._zip.parts.items() if name != PEOPLE)
        return Progress(
            position=position, done=position["done"], total=total, sentence=f"{sentence}."
        )

    def _lines(self, name: str, skip: int) -> list[Json]:
        """The next lines of a part; an open part goes on from step to step."""
        kept = self._run.kept
        if kept.get("part") != (name, skip):
            kept["lines"] = self._zip.records(name, skip)
        lines: list[Json] = []
        octets, most = 0, FILES_AT_ONCE if name == "attachments" else AT_ONCE
        while len(lines) < most and octets < BYTES_AT_ONCE:
            line, size = next(kept["lines"], (None, 0))
            if line is None:
                break
            lines.append(line)
            octets += size
        kept["part"] = (name, skip + len(lines))
        return lines

    @property
    def _zip(self) -> WholeZip:
        kept = self._run.kept
        if "opened" not in kept:
            with ExitStack() as opening:
                pk = self._run.payload["file_id"]
                file, _ = opening.enter_context(open_import_file(pk, self._run.actor))
                kept["zip"] = opening.enter_context(closing(WholeZip(file, PARTS)))
                kept["opened"] = opening.pop_all()
        found: WholeZip = kept["zip"]
        return found

    @property
    def _people(self) -> People:
        kept = self._run.kept
        if "people" not in kept:
            lines = (line for line, _ in self._zip.records(PEOPLE))
            kept["people"] = matched(lines, self._workspace_id)
        found: People = kept["people"]
        return found

    def _source(self) -> Source:
        actor = self._run.actor.person
        return Source(self._workspace_id, actor.pk, self._ids, self._people, self._zip)
