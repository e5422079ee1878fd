"""What the ids in events stand for, as far as the person asking may know it today.

Looked up for all events of a page, with one statement for each kind of row.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from accounts.models import User
from activity.models import Event, TextChange
from attachments.models import Attachment
from comments.models import Comment
from core.actor import Actor, Audience
from core.models import as_uuid
from core.rights import Standing
from projects.models import Project, Status
from tasks.models import Label, RelatedAs, SavedFilter, Task
from workspaces.rights import READ_ADDRESSES, READ_AUDIT

PEOPLE = ("assignee", "team_lead", "owner", "offered_to", "watcher", "member")
"""Fields of changes whose values are ids of people."""
TASKS = ("parent", *(kind.value.lower() for kind in RelatedAs))
"""Fields of changes whose values are ids of tasks."""
TITLES: dict[str, tuple[Any, str]] = {
    "column": (Status, "name"),
    "label": (Label, "name"),
    "saved_filter": (SavedFilter, "name"),
    "attachment": (Attachment, "file_name"),
    "comment": (Comment, "pk"),
}
"""By entity, the column that people know a row by; of tasks and projects see `Names`."""


class TaskName(NamedTuple):
    """`title` is None once the task is deleted."""

    key: str
    title: str | None


class PersonShown(NamedTuple):
    """The columns of a person that are shown."""

    pk: UUID
    public_id: str
    name: str
    email: str
    avatar_url: str
    deleted_at: Any


class Asker(NamedTuple):
    """Who reads events, with their standing in the workspace; None is staff, who see all."""

    actor: Actor | Audience | None = None
    standing: Standing = Standing()

    @property
    def reads_audit(self) -> bool:
        return self.actor is None or self.standing.covers(READ_AUDIT)

    def reads_address(self, person: PersonShown) -> bool:
        if person.deleted_at is not None:
            return False
        is_own = isinstance(self.actor, Actor) and self.actor.is_person(person.pk)
        return self.actor is None or is_own or self.standing.covers(READ_ADDRESSES)

    def rows(self, model: Any) -> Any:
        return model.objects.all() if self.actor is None else model.objects.visible_to(self.actor)

    def projects(self) -> Any:
        every = Project.objects.all()
        return every if self.actor is None else every.reachable_by(self.actor)


class Names(NamedTuple):
    """By id what may be known; what is missing may not be known, or is gone."""

    asker: Asker
    people: dict[UUID, PersonShown]
    projects: dict[UUID, str]
    tasks: dict[UUID, TaskName]
    columns: dict[tuple[UUID, str], str]
    """Names of columns, by project and key."""
    titles: dict[tuple[str, UUID], str]
    """By entity and id of the row."""
    texts: dict[UUID, dict[str, Any]]
    """By event, the edits of each long text."""

    def sees(self, event: Event) -> bool:
        """Whether the row of the event, and its project, can be read today."""
        if event.project_id is None:
            return True
        if event.project_id not in self.projects:
            return False
        if event.task_id is not None:
            task = self.tasks.get(event.task_id)
            if task is None or task.title is None:
                return False
        return event.entity not in TITLES or (event.entity, event.entity_id) in self.titles


def names_in(events: Sequence[Event], asker: Asker, *, with_texts: bool = False) -> Names:
    """The names for these events, and on request the edits of long texts."""
    return Names(
        asker=asker,
        people=_people(events),
        projects=_projects(events, asker),
        tasks=_tasks(events, asker),
        columns=_columns(events),
        titles=_titles(events, asker),
        texts=_texts(events) if with_texts else {},
    )


def ids_in(event: Event, fields: Iterable[str]) -> Iterator[UUID]:
    """The ids in the old and new values of these fields."""
    for name in fields:
        for value in event.changes.get(name, {}).values():
            if isinstance(value, str) and (found := as_uuid(value)):
                yield found


def _people(events: Sequence[Event]) -> dict[UUID, PersonShown]:
    wanted = {each.actor_id for each in events} | {each.person_id for each in events}
    wanted |= {each.entity_id for each in events if each.entity == "person"}
    wanted.update(pk for each in events for pk in ids_in(each, PEOPLE))
    columns = User.objects.filter(pk__any_of=wanted - {None}).values_list(*PersonShown._fields)
    return {row[0]: PersonShown(*row) for row in columns}


def _projects(events: Sequence[Event], asker: Asker) -> dict[UUID, str]:
    wanted = {each.project_id for each in events} | {each.former_project_id for each in events}
    rows = asker.projects().filter(pk__any_of=wanted - {None})
    return dict(rows.values_list("pk", "name"))


def _tasks(events: Sequence[Event], asker: Asker) -> dict[UUID, TaskName]:
    """Also deleted ones, whose keys everybody knows who reads the project."""
    wanted = {each.task_id for each in events} - {None}
    wanted.update(pk for each in events for pk in ids_in(each, TASKS))
    rows = Task.objects.filter(pk__any_of=wanted, project__in=asker.projects().values("pk"))
    columns = rows.values_list("pk", "project__key", "number", "title", "deleted_at")
    return {
        pk: TaskName(f"{key}-{number}", None if gone else title)
        for pk, key, number, title, gone in columns
    }


def _columns(events: Sequence[Event]) -> dict[tuple[UUID, str], str]:
    moved = [each for each in events if "status" in each.changes and each.project_id]
    if not moved:
        return {}
    keys = {key for each in moved for key in each.changes["status"].values()}
    rows = Status.objects.filter(project__any_of={each.project_id for each in moved}, key__in=keys)
    return {(row[0], row[1]): row[2] for row in rows.values_list("project_id", "key", "name")}


def _titles(events: Sequence[Event], asker: Asker) -> dict[tuple[str, UUID], str]:
    found = {}
    for entity, (model, column) in TITLES.items():
        if wanted := {each.entity_id for each in events if each.entity == entity}:
            rows = asker.rows(model).filter(pk__any_of=wanted).values_list("pk", column)
            found.update({(entity, pk): str(title) for pk, title in rows})
    return found


def _texts(events: Sequence[Event]) -> dict[UUID, dict[str, Any]]:
    found: dict[UUID, dict[str, Any]] = {}
    if wanted := [each.pk for each in events if any(map(is_text, each.changes.values()))]:
        rows = TextChange.objects.filter(event__any_of=wanted)
        for event, field, edits in rows.values_list("event_id", "field", "edits"):
            found.setdefault(event, {})[field] = edits
    return found


def is_text(change: Any) -> bool:
    """Whether the values are kept apart, or nowhere."""
    return change.get("old") is None and change.get("new") is None
