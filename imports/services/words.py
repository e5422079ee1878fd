"""Words of other products for types, priorities and columns."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from projects.models import Category, Priority, Status
from tasks.models import FINISHED, TaskType


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, several in words.items() for word in several.split()}


TYPES = {"": TaskType.TASK.value} | _by_word(
    {
        TaskType.TASK: "task subtask todo aufgabe unteraufgabe",
        TaskType.BUG: "bug defect fehler problem incident",
        TaskType.FEATURE: "feature newfeature story userstory epic funktion",
        TaskType.IMPROVEMENT: "improvement enhancement verbesserung refactoring",
    }
)
PRIORITIES = _by_word(
    {
        Priority.URGENT: "urgent highest critical blocker p0 immediate dringend kritisch",
        Priority.HIGH: "high major p1 important hoch",
        Priority.LOW: "low lowest minor trivial p3 p4 niedrig",
    }
)
CATEGORIES = _by_word(
    {
        Category.TODO: "todo open new backlog ready triage unstarted selectedfordevelopment offen"
        " neu zuerledigen icebox planned next later ideas",
        Category.IN_PROGRESS: "inprogress doing started inreview review testing intest wip active"
        " indevelopment development qa inarbeit blocked waiting",
        Category.DONE: "done complete completed closed resolved finished fixed released fertig"
        " erledigt abgeschlossen shipped merged",
        Category.CLOSED: "cancelled canceled wontdo wontfix notplanned duplicate rejected"
        " abgebrochen abgelehnt archived invalid",
    }
)


NEW = "new"
"""What is chosen for a status that becomes a column."""


def plain(name: str) -> str:
    """The letters and digits of a name."""
    return re.sub(r"[\W_]+", "", name).casefold()


def type_called(name: str) -> str:
    return TYPES.get(plain(name), TaskType.OTHER.value)


def priority_called(name: str) -> str:
    return PRIORITIES.get(plain(name), Priority.MEDIUM.value)


class Column(NamedTuple):
    """The column that a status of the source becomes, and whether its name says so."""

    status: Status
    is_named: bool


def column_for(
    name: str, columns: Sequence[Status], chosen: Mapping[str, str], *, is_complete: bool | None
) -> Column:
    """The chosen column, or the one with this key or name, or the first that means the same.

    What is complete is in a column that says so if there is one; the rest is in the default one.
    """
    found = _by_name(name, columns, chosen)
    if is_complete and (found is None or found.category not in FINISHED):
        for category in FINISHED:
            if fitting := [column for column in columns if column.category == category]:
                return Column(fitting[0], found is not None or not name)
    if found is not None:
        return Column(found, is_named=True)
    default = next((column for column in columns if column.is_default), columns[0])
    return Column(default, not name)


def _by_name(name: str, columns: Sequence[Status], chosen: Mapping[str, str]) -> Status | None:
    wanted = chosen.get(name.strip().casefold(), NEW)
    wanted = name if wanted == NEW else wanted
    for column in columns:
        if plain(wanted) in (plain(column.key), plain(column.name)) and plain(wanted):
            return column
    if name.strip().casefold() in chosen:
        return None
    category = CATEGORIES.get(plain(name))
    return next((column for column in columns if column.category == category), None)
