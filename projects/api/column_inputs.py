"""Bodies about columns and moves, and finding the columns they name by key or id."""

from collections.abc import Iterable
from typing import Any, ClassVar

from rest_framework import serializers

from core.api.fields import Choice, Input, Name
from core.errors import Invalid
from projects.models import MOST_TASKS, Category, Status, check_color, columns_of
from projects.services.columns import LONGEST_KEY, MOST_COLUMNS


class ColumnNamed(serializers.CharField):
    """The key or the id of a column."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_KEY, **options)


class ColumnFields(Input):
    color = serializers.CharField(
        max_length=7, required=False, validators=[check_color], help_text="Such as #3b82f6."
    )
    category = Choice(Category)
    is_default = serializers.BooleanField(required=False, help_text="Where new tasks stand.")
    wip_limit = serializers.IntegerField(
        min_value=1,
        max_value=MOST_TASKS,
        allow_null=True,
        required=False,
        help_text="With more tasks than this the board warns; nothing is refused.",
    )


class NewColumn(ColumnFields):
    """A column, at the end of the board; its key is made of its name."""

    name = Name(max_length=80)


class ColumnChanges(ColumnFields):
    name = Name(max_length=80, required=False)
    category = Choice(Category, required=False)


class ColumnOrder(Input):
    """All columns of the project, by key or id, in their new order."""

    order = serializers.ListField(child=ColumnNamed(), max_length=MOST_COLUMNS)


class Successor(serializers.Serializer[Any]):
    """Where the tasks of a deleted column go."""

    move_to = ColumnNamed(required=False, help_text="The key or the id of another column.")


class Move(Input):
    """From one column to another, by key or id."""

    from_status = ColumnNamed()
    to_status = ColumnNamed()

    class Meta:
        also: ClassVar = {"from": "from_status", "to": "to_status"}


class Moves(Input):
    """The moves that a project allows; with none, all are allowed."""

    transitions = serializers.ListField(child=Move(), max_length=MOST_COLUMNS * MOST_COLUMNS)


def find_columns(project: Any, names: Iterable[str], *, field: str) -> list[Status]:
    """The columns of the project with these keys or ids, in any case; Invalid for others."""
    columns: list[Status] = columns_of.rows(project=project)
    known = {str(column.pk): column for column in columns}
    known |= {column.key.casefold(): column for column in columns}
    names = [name.casefold() for name in names]
    if unknown := [name for name in names if name not in known]:
        raise Invalid(errors={field: [f"The project has no column “{name}”." for name in unknown]})
    return [known[name] for name in names]
