"""Admin page of reminders; read only, because they are planned from their tasks."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from notifications.models import Reminder


@admin.register(Reminder)
class Reminders(ModelAdmin):
    list_display = ("task", "recipient", "due", "fire_at", "state")
    list_filter = ("state", "fire_at")
    list_select_related = ("task", "recipient")
    search_fields = ("=task__id", "recipient__email")
    ordering = ("-fire_at",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
