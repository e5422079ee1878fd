"""Admin page of tasks."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter

from core.actor import Actor
from core.admin.badges import badge
from core.admin.bases import ServiceAdmin
from core.admin.filters import Deletion
from core.admin.forms import EditForm
from core.admin.inlines import Inline
from projects.admin.colours import CATEGORY_COLOURS, PRIORITY_COLOURS
from projects.models import Status
from tasks.admin.records import Mentions, Steps
from tasks.models import Task, key_of
from tasks.services.columns import done_column
from tasks.services.deletion import restore_task
from tasks.services.tasks import create_task, delete_task, transition_task, update_task

PLAN = (
    ("start_date", "estimate_minutes"),
    ("due_date", "due_time"),
    ("repeat_every", "repeat_unit"),
)


class TaskForm(EditForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        column: Any = self.fields.get("status")
        if column:
            columns = Status.objects.filter(project=self.instance.project_id)
            column.queryset = columns.order_by("position")


@admin.register(Task)
class Tasks(ServiceAdmin):
    list_display = (
        "spoken_key",
        "title",
        "project",
        "column",
        "shown_priority",
        "type",
        "assignee",
        "due_date",
    )
    list_display_links = ("spoken_key", "title")
    list_filter = (
        "category",
        "priority",
        "type",
        Deletion,
        ("workspace", AutocompleteSelectFilter),
        ("project", AutocompleteSelectFilter),
        ("assignee", AutocompleteSelectFilter),
        ("due_date", RangeDateFilter),
    )
    list_select_related = ("project", "status", "assignee")
    search_fields = ("title", "project__name", "assignee__email")
    search_help_text = "Title, project, assignee or a key such as ENG-12"
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    form = TaskForm
    autocomplete_fields = ("project", "assignee")
    inlines: tuple[type[Inline], ...] = (Steps, Mentions)
    actions = ("mark_done", "bring_back")
    add_fieldsets = (
        (None, {"fields": ("project", "title", "description")}),
        ("Plan", {"fields": (("type", "priority"), "assignee", *PLAN)}),
    )
    fieldsets = (
        (None, {"fields": ("title", "description")}),
        (
            "Plan",
            {
                "fields": (
                    ("type", "priority"),
                    ("status", "assignee"),
                    *PLAN,
                )
            },
        ),
        (
            "Facts",
            {
                "fields": (
                    ("spoken_key", "project"),
                    ("parent", "due_set_by"),
                    "is_blocked",
                    ("created_by", "created_at"),
                    ("completed_at", "updated_at"),
                )
            },
        ),
    )
    readonly_fields = (
        "spoken_key",
        "parent",
        "is_blocked",
        "created_by",
        "due_set_by",
        "created_at",
        "updated_at",
        "completed_at",
    )
    # Its number is unique in its project only.
    set_once = ("project",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Task], search_term: str
    ) -> tuple[QuerySet[Task], bool]:
        if key := key_of(search_term.strip()):
            return queryset.filter(project__key=key.project, number=key.number), False
        found: tuple[QuerySet[Task], bool] = super().get_search_results(
            request, queryset, search_term
        )
        return found

    def create(self, actor: Actor, **values: Any) -> Task:
        return create_task(actor=actor, **values)

    def update(self, actor: Actor, row: Task, changes: dict[str, Any], version: int | None) -> None:
        update_task(actor=actor, task=row, changes=changes, version=version)

    def remove(self, actor: Actor, row: Task) -> None:
        delete_task(actor=actor, task=row)

    @admin.display(description="Key", ordering="number")
    def spoken_key(self, task: Task) -> str:
        return task.spoken_key

    @badge("Column", ordering="status__position", colours=CATEGORY_COLOURS)
    def column(self, task: Task) -> tuple[str, str]:
        return task.category, task.status.name

    @badge("Priority", ordering="priority", colours=PRIORITY_COLOURS)
    def shown_priority(self, task: Task) -> tuple[str, str]:
        return task.priority, task.get_priority_display()

    @admin.action(description="Mark the chosen tasks as done", permissions=["change"])
    def mark_done(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        self.carry_out(request, queryset, _finish, "Marked as done")

    @admin.action(description="Restore the chosen tasks", permissions=["change"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        self.carry_out(
            request,
            queryset,
            lambda actor, task: restore_task(actor=actor, task=task),
            "Restored",
        )


def _finish(actor: Actor, task: Task) -> Task:
    return transition_task(actor=actor, task=task, status=done_column(task.project))
