"""Admin pages of status changes, mentions, task counters and saved filters; read only."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from core.admin.inlines import ReadOnlyInline
from core.admin.records import ReadOnly
from tasks.models import FormerKey, SavedFilter, StatusChange, TaskCounter, TaskMention


class Steps(ReadOnlyInline):
    model = StatusChange
    fk_name = "task"
    fields = ("created_at", "source", "target", "actor")
    readonly_fields = fields
    select_related = ("actor",)
    ordering = ("created_at",)
    verbose_name = "step"


@admin.register(StatusChange)
class StatusChanges(ReadOnly):
    list_display = ("task", "source", "target", "actor", "created_at")
    list_filter = ("target", ("task__project", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("task", "actor")
    search_fields = ("task__title", "actor__email")
    ordering = ("-created_at",)
    date_hierarchy = "created_at"


class Mentions(ReadOnlyInline):
    model = TaskMention
    fk_name = "task"
    fields = ("user", "created_at")
    readonly_fields = fields
    select_related = ("user",)
    ordering = ("created_at",)
    verbose_name = "mention"


@admin.register(TaskMention)
class MentionPages(ReadOnly):
    list_display = ("user", "task", "created_at")
    list_filter = (("workspace", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("task", "user")
    search_fields = ("task__title", "user__email")
    ordering = ("-created_at",)


@admin.register(FormerKey)
class FormerKeys(ReadOnly):
    list_display = ("project", "number", "task", "created_at")
    list_filter = (("project", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("project", "task")
    search_fields = ("task__title", "=project__key")
    ordering = ("-created_at",)


@admin.register(TaskCounter)
class TaskCounters(ReadOnly):
    list_display = ("project", "workspace", "last_number")
    list_select_related = ("project", "workspace")
    search_fields = ("project__name", "=project__key")
    ordering = ("project",)


@admin.register(SavedFilter)
class SavedFilters(ReadOnly):
    list_display = ("name", "project", "owner", "is_shared", "created_at")
    list_filter = ("is_shared",)
    list_select_related = ("project", "owner")
    search_fields = ("name", "project__name", "owner__email")
    ordering = ("-created_at",)
