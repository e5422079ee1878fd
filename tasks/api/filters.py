"""Query parameters that filter lists of tasks."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django_filters import CharFilter, DateFilter, TypedChoiceFilter
from rest_framework.request import Request

from accounts.models import User
from core.api.filters import EnumFilter, Filters
from core.documents.conditions import Conditions, Literal
from core.models import as_uuid
from core.queries import compiled
from projects.models import Category, Priority, Status, columns_of
from tasks.models import FINISHED, Task, TaskType

BOOLEANS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}

NOBODY = UUID(int=0)

DAYS = ["%Y-%m-%d"]
"""ISO only: Django's forms also accept 01/02/2030, whose day and month are ambiguous."""


class TaskFilters(Filters):
    """`assignee` is a person's id, `me` or `none`; the bounds of due dates are inclusive."""

    status = CharFilter(max_length=40)
    category = EnumFilter(Category)
    type = EnumFilter(TaskType)
    priority = EnumFilter(Priority)
    # Not a BooleanFilter, which ignores values it does not know instead of refusing them.
    is_complete = TypedChoiceFilter(choices=[(w, w) for w in BOOLEANS], coerce=BOOLEANS.get)
    assignee = CharFilter(max_length=64)
    due_after = DateFilter("due_date", lookup_expr="gte", input_formats=DAYS)
    due_before = DateFilter("due_date", lookup_expr="lte", input_formats=DAYS)

    class Meta:
        model = Task
        fields = ("status", "category", "type", "priority", "is_complete")

    @staticmethod
    def where_status(request: Request, key: str) -> Conditions:
        return _in_columns(request, lambda column: column.key.casefold() == key.casefold())

    @staticmethod
    def where_category(request: Request, wanted: list[str]) -> Conditions:
        return _in_columns(request, lambda column: column.category in wanted)

    @staticmethod
    def where_is_complete(request: Request, wanted: Any) -> Conditions:
        return _in_columns(request, lambda column: (column.category in FINISHED) is wanted)

    @staticmethod
    def where_assignee(request: Request, value: str) -> Conditions:
        if value == "none":
            return (("assignee", None),)
        person = request.user.pk
        if value != "me":
            person = person_with_id.first(own=as_uuid(value), external=value)
        # For an unknown id too, so that the time it takes does not tell whether there is one.
        return (("assignee", Literal(person or NOBODY)),)


def _in_columns(request: Request, is_wanted: Callable[[Status], bool]) -> Conditions:
    """The tasks in these columns of the project.

    By the ids of the columns, which PostgreSQL has statistics of and finds in an index.
    """
    project = as_uuid(request.parser_context["kwargs"]["pk"])
    columns: list[Status] = columns_of.rows(project=project)
    return (("status__one_of", [column.pk for column in columns if is_wanted(column)]),)


@compiled
def person_with_id(own: Any, external: Any) -> QuerySet[Any]:
    """The key of the person with one of these ids, ours or the identity provider's."""
    people: QuerySet[Any] = User.objects.filter(Q(pk=own) | Q(external_id=external))
    return people.values_list("pk", flat=True)
