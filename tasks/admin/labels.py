"""Admin pages of labels, and of who follows which task."""

from typing import Any

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from core.actor import Actor
from core.admin.bases import ServiceAdmin
from core.admin.records import ReadOnly
from tasks.models import Label, TaskLabel, Watcher
from tasks.services.labels import add_label, delete_label, update_label


@admin.register(Label)
class Labels(ServiceAdmin):
    list_display = ("name", "color", "project")
    list_filter = (("project", AutocompleteSelectFilter),)
    list_select_related = ("project",)
    search_fields = ("name", "project__name")
    ordering = ("project", "name")
    autocomplete_fields = ("project",)
    add_fieldsets = ((None, {"fields": ("project", "name", "color")}),)
    fieldsets = (
        (None, {"fields": ("name", "color")}),
        ("Facts", {"fields": (("project", "updated_at"),)}),
    )
    readonly_fields = ("updated_at",)
    set_once = ("project",)

    def create(self, actor: Actor, **values: Any) -> Label:
        return add_label(actor=actor, **values)

    def update(
        self, actor: Actor, row: Label, changes: dict[str, Any], version: int | None
    ) -> None:
        update_label(actor=actor, label=row, changes=changes, version=version)

    def remove(self, actor: Actor, row: Label) -> None:
        delete_label(actor=actor, label=row)


@admin.register(TaskLabel)
class TaskLabels(ReadOnly):
    list_display = ("label", "task", "created_at")
    list_filter = (("label", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("label", "task")
    search_fields = ("label__name", "task__title")
    ordering = ("-created_at",)


@admin.register(Watcher)
class Watchers(ReadOnly):
    list_display = ("user", "task", "created_at")
    list_filter = (("user", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("user", "task")
    search_fields = ("user__email", "task__title")
    ordering = ("-created_at",)
