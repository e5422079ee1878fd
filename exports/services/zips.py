"""Tasks, with the projects they are in and all that hangs on them, as a ZIP of JSON Lines."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q

from attachments.models import Attachment
from attachments.storage.chosen import storage
from core.errors import Conflict
from exports.formats.bundles import FORMAT, MANIFEST, VERSION, Bundle, Part, Parts
from exports.services.kinds import ALL, KINDS, OF_PROJECTS, OF_TASKS, PROJECTS, TASKS, Kind, read
from exports.services.people import People
from exports.services.scopes import Walk
from projects.models import Project
from workspaces.models import Membership, Workspace

PEOPLE = "people"
MOST_BYTES = 1024**3
"""Most bytes of all files in a ZIP together."""


class FilesTooLarge(Conflict):
    message = "The files have more than 1 GiB together: export without files."


class ZipWriter:
    """Collects the rows of a scope in a folder, and packs them."""

    def __init__(self, walk: Walk, folder: Path, people: People) -> None:
        self._walk, self._scope, self._people = walk, walk.scope, people
        self._has_files = bool(walk.scope.payload.get("with_files"))
        self._folder = folder
        self._parts = Parts(folder, (*KINDS, PEOPLE))
        self._keys = Part(folder / "storage-keys")
        self._octets = 0

    def write(self, path: Path) -> dict[str, Any]:
        """Make the ZIP at `path`; returns how many rows of each kind it has."""
        with closing(self._parts), closing(self._keys):
            with self._walk.run.shown():
                workspace = self._scope.check()
                self._add_projects()
            self._walk.through(self._add_tasks)
            with self._walk.run.shown():
                self._add_people(workspace)
        self._pack(path, workspace)
        return {name.partition(".")[0]: said["rows"] for name, said in self._described().items()}

    def _add_projects(self) -> None:
        places = list(self._scope.projects().values_list("pk", flat=True))
        for kind in (PROJECTS, *OF_PROJECTS):
            self._add(kind, places)

    def _add_tasks(self, tasks: list[UUID]) -> None:
        self._add(TASKS, tasks)
        readable = Project.objects.reachable_by(self._scope.actor)
        both = Q(target__deleted_at=None, target__project__in=readable)
        for kind in OF_TASKS:
            self._add(kind, tasks, both if kind.name == "relations" else ALL)
        if self._has_files:
            self._note_files(tasks)

    def _add(self, kind: Kind, owners: list[UUID], only: Q = ALL) -> None:
        self._parts[kind.name].add(self._noted(kind, read(kind, owners, only)))

    def _noted(self, kind: Kind, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The rows, whose people will be in the ZIP as well."""
        named: set[UUID] = set()
        for row in rows:
            named.update(row[name] for name in kind.people if row[name])
            yield row
        self._people.know(named)

    def _note_files(self, tasks: list[UUID]) -> None:
        only = KINDS["attachments"].only
        rows = Attachment.objects.filter(only, task__any_of=tasks).order_by("pk")
        for pk, key, size in rows.values_list("pk", "storage_key", "size"):
            self._octets += size
            self._keys.add([{"id": pk, "key": key}])
        if self._octets > MOST_BYTES:
            raise FilesTooLarge

    def _add_people(self, workspace: Workspace) -> None:
        """Who is named, and of a whole workspace all members."""
        roles = dict(Membership.objects.filter(workspace=workspace).values_list("user_id", "role"))
        if self._scope.is_workspace:
            self._people.know(roles)
        self._parts[PEOPLE].add(
            {"id": pk, "name": named.name, "email": named.email or None, "role": roles.get(pk)}
            for pk, named in self._people.all()
        )

    def _pack(self, path: Path, workspace: Workspace) -> None:
        at = self._walk.run.job.created_at
        moment = (at.year, at.month, at.day, at.hour, at.minute, at.second)
        with Bundle(path, moment, self._tick) as bundle:
            bundle.add_json(MANIFEST, self._manifest(workspace))
            for part in self._parts:
                bundle.add_part(part)
            with self._keys.path.open("rb") as lines:
                for line in lines:
                    self._add_file(bundle, orjson.loads(line))

    def _manifest(self, workspace: Workspace) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "what": self._scope.payload["what"],
            "made_at": self._walk.run.job.created_at,
            "workspace": {"id": workspace.pk, "name": workspace.name},
            "has_files": self._has_files,
            "parts": self._described(),
        }

    def _described(self) -> dict[str, Any]:
        return self._parts.described()

    def _add_file(self, bundle: Bundle, file: dict[str, str]) -> None:
        """Add a file; one that has been removed meanwhile is left out."""
        try:
            with storage().open(file["key"]) as content:
                bundle.add_file(file["id"], content)
        except FileNotFoundError:
            return

    def _tick(self) -> None:
        self._walk.tell("The file is being packed.")
