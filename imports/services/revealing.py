"""The last phases: hidden tasks are shown, with what depends on the project of now."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from comments.models import Comment
from comments.services.imported import add_imported_comments
from core.batches import insert_all
from core.events import IMPORT, publish_all
from imports.services.chunks import Staged, after, next_chunk
from imports.services.contents import LONGEST_COMMENT
from imports.services.imports import CLOSE, REVEAL, TELL, Import, next_phase, progress
from imports.services.people import People, people_called
from imports.services.reporting import new_columns, report
from imports.services.words import CATEGORIES, column_for, plain
from jobs.registry import Finished, Json, Progress, Run
from projects.models import Category, Project, Status, columns_of
from projects.rights import CREATE_TASK
from projects.services.columns import add_column
from projects.services.locks import check_open, locked_project
from tasks.events import LabelAdded
from tasks.models import Label, Task, labels_of
from tasks.services.hidden import HIDDEN_AT, Revealed, reveal_tasks
from tasks.services.labels import MOST_LABELS, TooManyLabels


def begin_reveal(this: Import, run: Run, position: Json) -> Progress:
    """Make the labels that the project lacks. After this step there is no way back."""
    project = Project(pk=this.project_id, workspace_id=this.workspace_id)
    project = locked_project(CREATE_TASK, project, this.actor)
    check_open(project)
    for name in new_columns(this, project):
        category = CATEGORIES.get(plain(name), Category.TODO.value)
        add_column(actor=this.actor, project=project, name=name[:80], category=category)
    known = labels_of.rows(project=project)
    folded = {label.name.casefold() for label in known}
    missing: dict[str, str] = {}
    for name in _label_names(this):
        if name.casefold() not in folded:
            missing.setdefault(name.casefold(), name)
    if len(known) + len(missing) > MOST_LABELS:
        raise TooManyLabels
    labels = [
        Label(workspace_id=this.workspace_id, project=project, name=name)
        for name in missing.values()
    ]
    insert_all(labels)
    publish_all([LabelAdded(actor=this.actor, label=each, origin=IMPORT) for each in labels])
    now = timezone.now().isoformat()
    return next_phase(position, REVEAL, "Adding the tasks", revealed_at=now)


def reveal(this: Import, run: Run, position: Json) -> Progress:
    """Show the next tasks, with their comments and labels, to whom they belong."""
    project: Project = Project.objects.locked_shared(this.project_id)
    rows = next_chunk(this, position)
    if not rows:
        following = TELL if position.get("is_related") else CLOSE
        return next_phase(position, following, "Added all tasks")
    people = people_called(this, project, _names(rows))
    found = Task.objects.filter(pk__any_of=[row.pk for row in rows])
    hidden = found.defer("description", "description_html")
    tasks = {task.pk: task for task in hidden if task.deleted_at == HIDDEN_AT}
    for task in tasks.values():
        task.project = project
    columns = columns_of.rows(project=project)
    labels = {label.name.casefold(): label for label in labels_of.rows(project=project)}
    shown = [row for row in rows if row.pk in tasks]
    revealed = [
        _revealed(this, tasks[row.pk], row.content, columns, labels, people) for row in shown
    ]
    reveal_tasks(actor=this.actor, revealed=revealed)
    comments = [
        comment for row in shown for comment in _comments(this, tasks[row.pk], row.content, people)
    ]
    add_imported_comments(actor=this.actor, comments=comments)
    units = position["units"] + len(rows)
    return progress(position, "Adding the tasks", phase=REVEAL, after=after(rows), units=units)


def close(this: Import, run: Run, position: Json) -> Finished:
    """Tell what became of the rows, which are not kept."""
    project: Project = Project.objects.get(pk=this.project_id)
    result = report(this, project, position)
    this.rows().delete()
    count = result["tasks"]
    words = "1 task" if count == 1 else f"{count:,} tasks"
    made = "Would import" if this.is_dry_run else "Imported"
    return Finished(result=result, sentence=f"{made} {words}")


def _label_names(this: Import) -> Iterator[str]:
    """The labels of all tasks, in the order of the file."""
    rows = this.new_rows().filter(content__has_key="labels").order_by("number")
    for names in rows.values_list("content__labels", flat=True).iterator(chunk_size=2000):
        yield from names


def _names(rows: Sequence[Staged]) -> Iterator[str | None]:
    for row in rows:
        yield row.content.get("assignee")
        yield row.content.get("reporter")
        for comment in row.content.get("comments", ()):
            yield comment["author"]


def _revealed(
    this: Import,
    task: Task,
    content: Mapping[str, Any],
    columns: Sequence[Status],
    labels: Mapping[str, Label],
    people: People,
) -> Revealed:
    name = content.get("status", "")
    column = column_for(name, columns, this.columns, is_complete=content.get("is_complete"))
    completed_at = content.get("completed_at")
    wanted = (labels.get(each.casefold()) for each in content.get("labels", ()))
    return Revealed(
        task=task,
        status=column.status,
        author=people.reader(content.get("reporter")) or this.actor.person,
        assignee=people.member(content.get("assignee")),
        completed_at=_moment(completed_at) if completed_at else None,
        labels=[label for label in wanted if label],
    )


def _comments(
    this: Import, task: Task, content: Mapping[str, Any], people: People
) -> Iterator[Comment]:
    for each in content.get("comments", ()):
        author = people.reader(each["author"])
        at = _moment(each["created_at"]) if each["created_at"] else None
        comment = Comment(
            workspace_id=this.workspace_id,
            task=task,
            author=author or this.actor.person,
            content=each["content"] if author else _with_author(each, at),
        )
        if at:
            comment.created_at = at
        yield comment


def _with_author(comment: Mapping[str, Any], at: datetime | None) -> str:
    """The text after a line that says who wrote it and when, if both fit."""
    if not comment["author"]:
        return str(comment["content"])
    day = f" on {at.date()}" if at else ""
    whole = f"{_escaped(comment['author'])}{day}:\n\n{comment['content']}"
    return whole if len(whole) <= LONGEST_COMMENT else str(comment["content"])


def _escaped(name: str) -> str:
    """The name as plain text in Markdown, which mentions nobody."""
    return "".join(
        f"\\{sign}" if sign in "\\`*_[]<>@#" else sign for sign in " ".join(name.split())
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
