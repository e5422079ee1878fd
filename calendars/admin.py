"""Admin page of calendar feeds, without what their addresses are found by."""

from django.contrib import admin

from calendars.models import CalendarFeed
from core.admin.records import ReadOnly


@admin.register(CalendarFeed)
class CalendarFeeds(ReadOnly):
    list_display = ("owner", "workspace", "project", "created_at", "updated_at")
    list_select_related = ("owner", "workspace", "project")
    search_fields = ("owner__email", "=workspace__id", "=project__id")
    ordering = ("-created_at",)
    fields = ("owner", "workspace", "project", "version", "created_at", "updated_at")
    readonly_fields = fields
