"""Query parameters that filter lists of tasks."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django_filters import CharFilter, DateFilter, TypedChoiceFilter
from rest_framework.request import Request

from accounts.api.people import person_wanted
from core.api.actors import zone_of
from core.api.filters import DAYS, CreationFilters, EnumFilter, FromDay, UntilDay
from core.days import today_in
from core.documents.conditions import Conditions, Literal
from core.errors import Invalid
from core.models import LONGEST_UUID, NO_ROW, as_uuid
from projects.models import Category, Priority, Status, columns_of
from tasks.api.hits import LONGEST_SEARCH, MOST_WORDS, Search, tasks_with_words
from tasks.models import FINISHED, Label, Task, TaskType, labels_of

ORDERINGS = ("-created_at", "updated_at", "number", "title", "due_date", "priority")
"""Of the tasks of one project."""
ORDER_COLUMNS = {"due_date": "due_order", "priority": "priority_order"}
"""Of orderings by values that have no order of their own: no date, and names of priorities."""
BOOLEANS = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}


def _of_parent(request: Request, value: str) -> Conditions:
    return (("parent", None if value == "none" else as_uuid(value) or NO_ROW),)


def _flag(column: str | None = None) -> TypedChoiceFilter:
    # Not a BooleanFilter, which ignores values it does not know instead of refusing them.
    return TypedChoiceFilter(column, choices=[(w, w) for w in BOOLEANS], coerce=BOOLEANS.get)


def check_words(typed: str) -> None:
    """Raise ValidationError for a search of no word, or of too many."""
    words = Search(typed).words
    if not words:
        raise ValidationError("Type a letter or a digit.")
    if len(words) > MOST_WORDS:
        raise ValidationError(f"At most {MOST_WORDS} words.")


class EveryTaskFilters(CreationFilters):
    """Filters of tasks of any project. The bounds of days are inclusive, in the person's zone.

    `planned_after` and `planned_before` are the bounds of a timeline: tasks whose span, from start
    date to due date, has a day in common with it. One of both dates is a span of a day; tasks
    without any are in no timeline.
    """

    type = EnumFilter(TaskType)
    priority = EnumFilter(Priority)
    due_after = DateFilter("due_date", lookup_expr="gte", input_formats=DAYS)
    due_before = DateFilter("due_date", lookup_expr="lte", input_formats=DAYS)
    planned_after = DateFilter(
        "planned_until",
        lookup_expr="gte",
        input_formats=DAYS,
        help_text="The first day of a timeline: tasks that end before it are left out.",
    )
    planned_before = DateFilter(
        "planned_from",
        lookup_expr="lte",
        input_formats=DAYS,
        help_text="The last day of a timeline: tasks that start after it are left out.",
    )
    updated_after = FromDay("updated_at")
    updated_before = UntilDay("updated_at")
    overdue = _flag()
    created_by = CharFilter(max_length=64)

    @classmethod
    def cleaned(cls, params: Any) -> dict[str, Any]:
        """As in other lists; a timeline that ends before it begins is refused.

        Else tasks that span both bounds would be found in it.
        """
        values = super().cleaned(params)
        if values.get("planned_before", date.max) < values.get("planned_after", date.min):
            message = "Must not be before planned_after."
            raise Invalid(errors={"planned_before": [message]})
        return values

    @staticmethod
    def where_overdue(request: Request, wanted: Any) -> Conditions:
        today = today_in(zone_of(request))
        return (("pending_due__lt" if wanted else "pending_due__gte", today),)

    @staticmethod
    def where_created_by(request: Request, value: str) -> Conditions:
        return (("created_by", Literal(person_wanted(request, value))),)


class TaskFilters(EveryTaskFilters):
    """`assignee` is a person's id, `me` or `none`; `text` are words, as in a search.

    `label` is a name or an id, `parent` the id of a task or `none`.
    """

    status = CharFilter(max_length=40)
    category = EnumFilter(Category)
    is_complete = _flag()
    blocked = _flag("is_blocked")
    assignee = CharFilter(max_length=64)
    text = CharFilter("id", max_length=LONGEST_SEARCH, validators=[check_words])
    label = CharFilter(max_length=50)
    parent = CharFilter(max_length=LONGEST_UUID)
    watching = _flag()

    where_parent = staticmethod(_of_parent)

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
        return (("assignee", Literal(person_wanted(request, value))),)

    @staticmethod
    def where_label(request: Request, name: str) -> Conditions:
        wanted = name.casefold()
        labels: list[Label] = labels_of.rows(project=_project(request))
        found = [each.pk for each in labels if wanted in (each.name.casefold(), str(each.pk))]
        return (("pk__has_label", Literal(found[0]) if found else []),)

    @staticmethod
    def where_watching(request: Request, wanted: Any) -> Conditions:
        lookup = "pk__watched_by" if wanted else "pk__not_watched_by"
        return ((lookup, request.user.pk),)

    @staticmethod
    def where_text(request: Request, typed: str) -> Conditions:
        return (("pk__any_of_text", tasks_with_words(typed, _project(request))),)


def _project(request: Request) -> UUID | None:
    return as_uuid(request.parser_context["kwargs"]["pk"])


def _in_columns(request: Request, is_wanted: Callable[[Status], bool]) -> Conditions:
    """The tasks in these columns of the project.

    By the ids of the columns, which PostgreSQL has statistics of and finds in an index.
    """
    columns: list[Status] = columns_of.rows(project=_project(request))
    return (("status__one_of", [column.pk for column in columns if is_wanted(column)]),)
