"""What a list of tasks can be narrowed by."""

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

TRUTHS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}

DAYS = ["%Y-%m-%d"]
"""Django's forms read 01/02/2030 as well, which is one day here and another there."""


class TaskFilters(FilterSet):
    """`assignee` takes a person's id, `me` or `none`; due dates are inclusive bounds."""

    status = CharFilter("status__key", lookup_expr="iexact", max_length=40)
    category = EnumFilter(Category)
    type = EnumFilter(TaskType)
    priority = EnumFilter(Priority)
    # Not a BooleanFilter: that one takes a typo for "no filter".
    is_complete = TypedChoiceFilter(choices=[(w, w) for w in TRUTHS], coerce=TRUTHS.get)
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
