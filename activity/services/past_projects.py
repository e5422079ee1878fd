"""What a project was: its columns, its labels, and what tasks show of it."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from activity.models import Event
from activity.rights import OF_SETTINGS
from activity.services.past import Olds
from projects.models import columns_of
from tasks.models import FINISHED, StatusChange, labels_of

Facts = dict[str, Any]
COLUMN = ("key", "name", "color", "position", "category", "is_default", "wip_limit")
LABEL = ("name", "color")


class Leaving(NamedTuple):
    """A column was deleted: the number of the event, and the time from which its tasks left it."""

    seq: int
    left_at: str


class LabelLost(NamedTuple):
    """A label was deleted, which these tasks had; None if nobody knows."""

    seq: int
    label: str
    tasks: frozenset[str] | None


@dataclass
class ProjectThen:
    """A project as it was; columns and labels by id, with the values of COLUMN and LABEL."""

    columns: dict[str, Facts]
    labels: dict[str, Facts]
    values: Facts = field(default_factory=dict)
    """Fields of the project that have changed since."""
    was_made: bool = True
    was_deleted: bool = False
    first_leaving: Leaving | None = None
    lost: list[LabelLost] = field(default_factory=list)
    renamed: list[tuple[int, str, str]] = field(default_factory=list)
    """Of labels: the number of the event, the label and its name until then, the newest first."""

    def column_called(self, key: str) -> tuple[str, Facts] | None:
        """The id and the values of the column with this key."""
        return next((each for each in self.columns.items() if each[1]["key"] == key), None)

    def is_finished(self, key: str) -> bool:
        """Whether tasks of the column with this key were complete."""
        found = self.column_called(key)
        return found is not None and found[1]["category"] in FINISHED

    def status_of(self, task: Any, olds: Olds, now: str) -> str:
        """The key of the task's column, which is `now` today."""
        seq, old = olds.get("status", (None, now))
        if self.first_leaving is None or (seq and seq < self.first_leaving.seq):
            return str(old)
        steps = StatusChange.objects.filter(task=task, created_at__gte=self.first_leaving.left_at)
        return next(iter(steps.order_by("created_at").values_list("source", flat=True)[:1]), now)

    def labels_of(self, task: str, olds: Olds, now: list[str]) -> tuple[list[str], bool]:
        """The ids of the task's labels, by name; and whether that are all."""
        seq, held = self._held(olds, now)
        is_whole = True
        for each in self.lost:
            if seq is None or each.seq < seq:
                is_whole &= each.tasks is not None
                held |= {each.label} if task in (each.tasks or ()) else set()
        known = held & self.labels.keys()
        return sorted(known, key=lambda pk: (self.labels[pk]["name"], pk)), is_whole

    def _held(self, olds: Olds, now: list[str]) -> tuple[int | None, set[str]]:
        """The labels until the earliest event that tells of them, and its number."""
        by_id, by_name = olds.get("label_ids"), olds.get("labels")
        if by_id and (by_name is None or by_id[0] <= by_name[0]):
            return by_id[0], {*by_id[1]}
        if by_name is None:
            return None, {*now}
        seq, names = by_name
        called = {self._name_at(pk, seq): pk for pk in self.labels}
        return seq, {called[name] for name in names or () if name in called}

    def _name_at(self, label: str, seq: int) -> str:
        """The name of the label just before this event."""
        later = [name for number, pk, name in self.renamed if pk == label and number > seq]
        return later[-1] if later else str(self.last_names[label])

    last_names: dict[str, str] = field(default_factory=dict)
    """The names that labels have today, or had when they were deleted."""


def project_then(project: UUID, seq: int) -> ProjectThen:
    """The project as it was after the event with this number."""
    columns = {str(each.pk): _facts(each, COLUMN) for each in columns_of.rows(project=project)}
    labels = {str(each.pk): _facts(each, LABEL) for each in labels_of.rows(project=project)}
    then = ProjectThen(columns, labels)
    then.last_names = {pk: each["name"] for pk, each in labels.items()}
    default = next((pk for pk, each in columns.items() if each["is_default"]), None)
    # After the rows: what an event changes that they do not show is put back once more.
    events = Event.objects.filter(project_id=project, entity__in=OF_SETTINGS, seq__gt=seq)
    for event in events.order_by("-seq"):
        _STEPS[event.entity](then, event)
        if event.entity == "column":
            default = _default_before(event, default)
    for pk, each in columns.items():
        each["is_default"] = pk == default
    return then


def _facts(row: Any, names: tuple[str, ...]) -> Facts:
    return {name: getattr(row, name) for name in names}


def _default_before(event: Event, default: str | None) -> str | None:
    former = event.past_values or {}
    if event.action == "deleted":
        return str(event.entity_id) if former.get("is_default") else default
    return former.get("default", default)


def _undo_column(then: ProjectThen, event: Event) -> None:
    pk, former = str(event.entity_id), event.past_values or {}
    if event.action == "added":
        then.columns.pop(pk, None)
    elif event.action == "deleted":
        then.columns[pk] = {name: former.get(name) for name in COLUMN}
        then.first_leaving = Leaving(event.seq or 0, former["left_at"])
    elif pk in then.columns:
        then.columns[pk] |= _olds(event, COLUMN)


def _undo_label(then: ProjectThen, event: Event) -> None:
    pk, former = str(event.entity_id), event.past_values or {}
    if event.action == "added":
        then.labels.pop(pk, None)
    elif event.action == "deleted":
        then.labels[pk] = {name: former[name] for name in LABEL}
        then.last_names[pk] = former["name"]
        tasks = former["tasks"]
        holders = None if tasks is None else frozenset(tasks)
        then.lost.append(LabelLost(event.seq or 0, pk, holders))
    elif pk in then.labels:
        olds = _olds(event, LABEL)
        then.labels[pk] |= olds
        if "name" in olds:
            then.renamed.append((event.seq or 0, pk, olds["name"]))


def _undo_project(then: ProjectThen, event: Event) -> None:
    match event.action:
        case "created":
            then.was_made = False
        case "deleted" | "restored":
            then.was_deleted = event.action == "restored"
        case "columns_reordered":
            for pk, position in (event.past_values or {})["positions"].items():
                if pk in then.columns:
                    then.columns[pk]["position"] = position
        case _:
            then.values |= {name: change["old"] for name, change in event.changes.items()}


def _olds(event: Event, names: tuple[str, ...]) -> Facts:
    return {name: event.changes[name]["old"] for name in names if name in event.changes}


_STEPS = {"column": _undo_column, "label": _undo_label, "project": _undo_project}
