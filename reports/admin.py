"""Admin pages of scheduled reports; read only, because they are their owners'."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from core.admin.records import ReadOnly
from reports.models import ReportRecipient, ReportSchedule


@admin.register(ReportSchedule)
class ReportSchedules(ReadOnly):
    list_display = ("what", "period", "workspace", "owner", "is_enabled", "next_at")
    list_filter = ("is_enabled", "what", ("workspace", AutocompleteSelectFilter))
    list_select_related = ("workspace", "owner")
    search_fields = ("owner__email", "=id", "=workspace__id")
    ordering = ("-created_at",)
    fields = (
        *("workspace", "project", "owner", "what", "step", "period", "day", "hour"),
        *("is_enabled", "disabled_reason", "next_at", "created_at"),
    )
    readonly_fields = fields


@admin.register(ReportRecipient)
class ReportRecipients(ReadOnly):
    list_display = ("schedule", "user", "workspace", "created_at")
    list_select_related = ("schedule", "user", "workspace")
    search_fields = ("=schedule__id", "user__email")
    ordering = ("-created_at",)
