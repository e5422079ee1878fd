"""Adding the rows of a workspace's ZIP: some at a time, with all that they refer to."""

import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import IO, Any, NamedTuple
from uuid import UUID

from django.db import connection

from attachments.files.types import check_disguise, served_type
from attachments.models import State
from attachments.services.contents import contents_of, new_key
from attachments.services.quota import take_room
from attachments.services.uploads import LARGEST
from attachments.storage.base import pieces
from attachments.storage.chosen import storage
from core.batches import insert_all
from exports.services.kinds import KINDS, Kind
from imports.services.whole_rows import NOBODY, Ids, People, existing, plain_values
from imports.sources.records import FileRefused
from imports.sources.whole_zips import UNREADABLE, WholeZip
from projects.models import ProjectMembership, Status
from tasks.models import FINISHED, Task
from tasks.services.hidden import HIDDEN_AT

MADE_BY = ("created_by_id", "author_id", "uploaded_by_id")
"""The fields that name the person who imports, if nobody else is known."""
LONGEST_COMMENT = 20_000
COUNT = """
    INSERT INTO tasks_taskcounter AS counter
    (project_id, workspace_id, last_number, last_position)
    SELECT project_id, workspace_id, max(number), max(position) FROM tasks_task
    WHERE id = ANY(%s) GROUP BY project_id, workspace_id
    ON CONFLICT (project_id) DO UPDATE SET
    last_number = GREATEST(counter.last_number, excluded.last_number),
    last_position = GREATEST(counter.last_position, excluded.last_position)
"""
Line = Mapping[str, Any]


class Source(NamedTuple):
    """What is imported, where to, and by whom."""

    workspace: UUID
    importer: UUID
    ids: Ids
    people: People
    archive: WholeZip


def add(source: Source, kind: Kind, lines: Sequence[Line]) -> list[UUID]:
    """Insert the rows of these lines, but those that refer to what is not there; returns their ids.

    FileRefused for a line that no export has, IntegrityError for rows that contradict each other.
    """
    there = _referred(source, kind, lines)
    rows = [row for line in lines if (row := _row(source, kind, line, there)) is not None]
    if kind.name == "tasks":
        _complete_tasks(rows)
    if kind.name == "attachments":
        named = {source.ids.new(kind.name, line.get("id")): line for line in lines}
        rows = [row for row in rows if _has_stored(source, row, named[row.pk])]
    insert_all(rows)
    if kind.name == "tasks":
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [[row.pk for row in rows]])
    if kind.name == "columns":
        connection.check_constraints()  # those that else are looked at when all is committed
    return [row.pk for row in rows]


def _referred(source: Source, kind: Kind, lines: Sequence[Line]) -> dict[str, set[UUID]]:
    """By kind, which of the rows that the lines refer to are there."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for field, other in kind.refs:
        if other != kind.name:
            given = [line[field] for line in lines if line.get(field)]
            wanted[other].update(source.ids.new(other, each) for each in given)
    return {other: existing(KINDS[other].model, ids) for other, ids in wanted.items()}


def _row(source: Source, kind: Kind, line: Line, there: Mapping[str, set[UUID]]) -> Any | None:
    """The row of a line; None if it refers to something that is not there."""
    values = plain_values(kind, line)
    if kind.has_id:
        values["id"] = source.ids.new(kind.name, line.get("id"))
    for field, other in kind.refs:
        given = line.get(field)
        # What is of its own kind is referred to later, when all of it is there.
        found = source.ids.new(other, given) if given and other != kind.name else None
        values[field] = found if found in there.get(other, ()) else None
        if values[field] is None and field not in kind.optional:
            return None
    for field in kind.people:
        person = source.people.get(str(line.get(field)), NOBODY)
        values[field] = person.member or (source.importer if field in MADE_BY else None)
        if values[field] is None and field == "user_id":
            return None
    row: Any = kind.model(workspace_id=source.workspace, **values)
    if kind.name == "projects":
        row.deleted_at = row.purged_at = HIDDEN_AT
    if kind.name == "comments":
        _name_author(source, row, line)
    return row


def _name_author(source: Source, comment: Any, line: Line) -> None:
    """Let the text of a comment say who wrote it, if that is nobody here."""
    person = source.people.get(str(line.get("author_id")), NOBODY)
    if person.member is None and person.name:
        name = "".join(f"\\{char}" if char in "\\*_[]<>`@" else char for char in person.name)
        text = f"{name}, {comment.created_at:%Y-%m-%d}:\n\n{comment.content}"
        comment.content = text if len(text) <= LONGEST_COMMENT else comment.content


def _complete_tasks(tasks: Sequence[Task]) -> None:
    """Set what depends on other rows: category, completion, and assignees who are members."""
    columns = Status.objects.in_bulk({task.status_id for task in tasks})
    projects = {task.project_id for task in tasks}
    found = ProjectMembership.objects.filter(project__in=projects)
    members = set(found.values_list("project_id", "user_id"))
    for task in tasks:
        task.category = columns[task.status_id].category
        if task.category in FINISHED:
            task.completed_at = task.completed_at or task.created_at
        else:
            task.completed_at = None
        if (task.project_id, task.assignee_id) not in members:
            task.assignee_id = None
        if task.due_date:
            task.due_set_by_id = task.assignee_id or task.created_by_id


def _has_stored(source: Source, row: Any, line: Line) -> bool:
    """Whether the file of the attachment is in the ZIP; then it is stored, and counted."""
    name = str(line["id"]).lower()
    if not source.archive.has_file(name):
        return False
    if source.archive.size_of(name) > LARGEST:
        raise FileRefused("An attachment is larger than a file may be.")
    with tempfile.TemporaryFile() as copy:
        _copy(source, name, copy)
        found = contents_of(copy, row.file_name)
        if (found.size, found.sha256) != (row.size, row.sha256) or not found.size:
            raise FileRefused("An attachment is not the file that its row tells of.")
        check_disguise(found.content_type, row.file_name, "")
        task = Task(pk=row.task_id, workspace_id=row.workspace_id)
        task.project_id = Task.objects.values_list("project_id", flat=True).get(pk=row.task_id)
        take_room(task, found.size)
        row.content_type, row.state = found.content_type, State.READY
        row.storage_key = new_key(task, row.file_name)
        copy.seek(0)
        storage().save(row.storage_key, copy, served_type(found.content_type))
    return True


def _copy(source: Source, name: str, target: IO[bytes]) -> None:
    try:
        with source.archive.file(name) as content:
            for piece in pieces(content):
                target.write(piece)
    except UNREADABLE as problem:
        raise FileRefused("A file in the ZIP is damaged.") from problem
    target.seek(0)
