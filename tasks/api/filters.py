"""Query parameters that filter lists of tasks."""

from typing import Any

from django.db.models import QuerySet
from django_filters import (
    CharFilter,
    DateFilter,
    FilterSet,
    TypedChoiceFilter,
)

from accounts.models import User
from core.api.filters import EnumFilter
from projects.models import Category, Priority
from tasks.models import Task, TaskType

BOOLEANS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}

DAYS = ["%Y-%m-%d"]
"""ISO only: Django's forms also accept 01/02/2030, whose day and month are ambiguous."""


class TaskFilters(FilterSet):
    """`assignee` is a person's id, `me` or `none`; the bounds of due dates are inclusive."""

    status = CharFilter("status__key", lookup_expr="iexact", max_length=40)
    category = EnumFilter(Category)
    type = EnumFilter(TaskType)
    priority = EnumFilter(Priority)
    # Not a BooleanFilter, which ignores values it does not know instead of refusing them.
    is_complete = TypedChoiceFilter(choices=[(w, w) for w in BOOLEANS], coerce=BOOLEANS.get)
    assignee = CharFilter(method="given_to", max_length=64)
    due_after = DateFilter("due_date", lookup_expr="gte", input_formats=DAYS)
    due_before = DateFilter("due_date", lookup_expr="lte", input_formats=DAYS)

    class Meta:
        model = Task
        fields = ("status", "category", "type", "priority", "is_complete")

    def given_to(self, tasks: QuerySet[Task], _: str, value: str) -> QuerySet[Task]:
        if value == "none":
            return tasks.filter(assignee=None)
        person: Any = self.request.user.pk
        if value != "me":
            person = User.objects.with_public_id(value).values("pk")[:1]
            return tasks.filter(assignee__in=person)
        return tasks.filter(assignee=person)
