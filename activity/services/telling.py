"""What events say to the person asking: the changes they may see, and a sentence."""

from typing import Any, NamedTuple
from uuid import UUID

from activity.models import Event
from activity.sentences import FIELDS, sentence
from activity.services.names import PEOPLE, TASKS, Names, is_text
from core.models import NO_ROW, as_uuid

INTERNAL = ("html", "html_version", "description_html", "content_html")
"""Fields that follow from others."""
TITLE_FIELDS = ("title", "name", "parameters", "file_name", "labels")
"""Fields that are hidden with their row."""
NOTHING = {"old": None, "new": None}
SYSTEM, SOMEBODY, SOME_TASK = "The system", "Somebody", "a task"


class Words(NamedTuple):
    """The old and the new value of a field in words, "" for none."""

    old: str
    new: str


def changes_shown(event: Event, names: Names) -> dict[str, Any]:
    """The changes as a client sees them: public ids of people, edits of long texts.

    None of a row in a project that cannot be read today; no text of a row that is gone.
    """
    if event.project_id is not None and event.project_id not in names.projects:
        return {}
    return {
        name: _shown(event, name, change, names)
        for name, change in event.changes.items()
        if name not in INTERNAL
    }


def _shown(event: Event, name: str, change: dict[str, Any], names: Names) -> Any:
    sees = names.sees(event)
    if is_text(change) and event.entity != "person":
        edits = names.texts.get(event.pk, {}).get(name)
        return {"edits": edits} if sees and edits is not None else None
    if name in TITLE_FIELDS and not sees:
        return NOTHING
    if name in PEOPLE:
        return {side: _person(value, names) for side, value in change.items()}
    if name in TASKS:
        return {side: value if _task(value, names) else None for side, value in change.items()}
    if event.former_project_id is not None and name in ("key", "project"):
        reads = event.former_project_id in names.projects
        return {**change, "old": change["old"] if reads else None}
    return change


def sentence_of(event: Event, names: Names, shown: dict[str, Any] | None = None) -> str:
    """Plain English without a full stop, such as `Max commented on ENG-12`.

    `shown` is what `changes_shown` gives, where that is known.
    """
    people, actor = names.people, _actor(event, names)
    task = names.tasks.get(event.task_id) if event.task_id else None
    about = event.entity_id if event.entity == "person" else event.person_id
    person = people.get(about) if about else None
    project = names.projects.get(event.project_id, "") if event.project_id else ""
    given, ended = _people_of(event)
    is_theirs = event.actor_id is not None and event.actor_id in (about, given)
    shown = changes_shown(event, names) if shown is None else shown
    facts: dict[str, Any] = {
        **{name: _words(event, name, change, names) for name, change in shown.items()},
        "actor": actor,
        "taker": actor if is_theirs else "",
        "leaver": actor if event.actor_id and ended == event.actor_id and not given else "",
        "person": person.name if person else "",
        "task": task.key if task else SOME_TASK,
        "project": project,
        "title": names.titles.get((event.entity, event.entity_id), ""),
        "fields": _listed(list(dict.fromkeys(map(_field_words, shown)))),
    }
    return sentence(event.entity, event.action, facts)


def _actor(event: Event, names: Names) -> str:
    if event.actor_id is None:
        return SYSTEM
    person = names.people.get(event.actor_id)
    return person.name if person else SOMEBODY


def _people_of(event: Event) -> tuple[UUID | None, UUID | None]:
    """The person in the new and in the old value of the first field that names people."""
    for name in PEOPLE:
        if name in event.changes:
            values = event.changes[name]
            new, old = (as_uuid(values[side] or "") for side in ("new", "old"))
            return new, old
    return None, None


def _words(event: Event, name: str, shown: Any, names: Names) -> Words:
    """Names of people and tasks for their ids; else what is shown."""
    change = event.changes[name] if name in (*PEOPLE, *TASKS) else shown or NOTHING
    return Words(*(_in_words(event, name, change.get(side), names) for side in ("old", "new")))


def _in_words(event: Event, name: str, value: Any, names: Names) -> str:
    if value is None:
        return ""
    if name in PEOPLE:
        person = names.people.get(as_uuid(value) or NO_ROW)
        return person.name if person else SOMEBODY
    if name in TASKS:
        task = _task(value, names)
        return task.key if task else ""
    if name == "status" and event.project_id:
        return names.columns.get((event.project_id, value)) or str(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _person(value: Any, names: Names) -> str | None:
    person = names.people.get(as_uuid(value) or NO_ROW) if value else None
    return person.public_id if person else None


def _task(value: Any, names: Names) -> Any:
    """The task with this id, unless it is gone or may not be seen."""
    task = names.tasks.get(as_uuid(value) or NO_ROW) if value else None
    return task if task and task.title is not None else None


def _field_words(name: str) -> str:
    usual = name.removeprefix("settings.").removesuffix("_id").replace("_", " ")
    return f"the {FIELDS.get(name, usual)}"


def _listed(words: list[str]) -> str:
    """`the title, the priority and the due date`."""
    *first, last = words or [""]
    return f"{', '.join(first)} and {last}" if first else last
