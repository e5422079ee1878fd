"""Query parameters that filter lists of tasks."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Expression, Q, QuerySet, UUIDField
from django_filters import (
    CharFilter,
    DateFilter,
    TypedChoiceFilter,
)

from accounts.models import User
from core.api.filters import EnumFilter, Filters
from core.models import as_uuid
from core.queries import compiled
from projects.models import Category, Priority, Status, columns_of
from tasks.models import FINISHED, Task, TaskType

BOOLEANS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}

NOBODY = UUID(int=0)

DAYS = ["%Y-%m-%d"]
"""ISO only: Django's forms also accept 01/02/2030, whose day and month are ambiguous."""


class Literal(Expression):
    """A UUID in the text of the SQL, not a parameter.

    A prepared statement is planned without its parameters, as if everybody had a few tasks; those
    of somebody who has half of them would all be read and sorted.
    """

    def __init__(self, value: UUID) -> None:
        super().__init__(output_field=UUIDField())
        self.value = UUID(str(value))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[()]]:
        return f"'{self.value}'::uuid", ()


class TaskFilters(Filters):
    """`assignee` is a person's id, `me` or `none`; the bounds of due dates are inclusive."""

    status = CharFilter(method="in_column", max_length=40)
    category = EnumFilter(Category, method="in_category")
    type = EnumFilter(TaskType)
    priority = EnumFilter(Priority)
    # Not a BooleanFilter, which ignores values it does not know instead of refusing them.
    is_complete = TypedChoiceFilter(
        method="complete", choices=[(w, w) for w in BOOLEANS], coerce=BOOLEANS.get
    )
    assignee = CharFilter(method="given_to", max_length=64)
    due_after = DateFilter("due_date", lookup_expr="gte", input_formats=DAYS)
    due_before = DateFilter("due_date", lookup_expr="lte", input_formats=DAYS)

    class Meta:
        model = Task
        fields = ("status", "category", "type", "priority", "is_complete")

    def in_column(self, tasks: QuerySet[Task], _: str, key: str) -> QuerySet[Task]:
        return self._where(tasks, lambda column: column.key.casefold() == key.casefold())

    def in_category(self, tasks: QuerySet[Task], _: str, wanted: list[str]) -> QuerySet[Task]:
        return self._where(tasks, lambda column: column.category in wanted)

    def complete(self, tasks: QuerySet[Task], _: str, wanted: Any) -> QuerySet[Task]:
        return self._where(tasks, lambda column: (column.category in FINISHED) is wanted)

    def given_to(self, tasks: QuerySet[Task], _: str, value: str) -> QuerySet[Task]:
        if value == "none":
            return tasks.filter(assignee=None)
        person = self.request.user.pk
        if value != "me":
            person = person_with_id.first(own=as_uuid(value), external=value)
        # For an unknown id too, so that the time it takes does not tell whether there is one.
        return tasks.filter(assignee=Literal(person or NOBODY))

    def _where(self, tasks: QuerySet[Task], is_wanted: Callable[[Status], bool]) -> QuerySet[Task]:
        """The tasks in these columns of the project.

        By the ids of the columns, which PostgreSQL has statistics of and finds in an index.
        """
        project = as_uuid(self.request.parser_context["kwargs"]["pk"])
        columns: list[Status] = columns_of.rows(project=project)
        wanted = [column.pk for column in columns if is_wanted(column)]
        return tasks.filter(status__in=wanted)


@compiled
def person_with_id(own: Any, external: Any) -> QuerySet[Any]:
    """The key of the person with one of these ids, ours or the identity provider's."""
    people: QuerySet[Any] = User.objects.filter(Q(pk=own) | Q(external_id=external))
    return people.values_list("pk", flat=True)
