"""Admin pages of core's models; the base classes for the admin pages of all apps."""

from django.contrib import admin

from core.admin import periodic
from core.admin.records import ReadOnly
from core.models import IdempotencyKey

__all__ = ["periodic"]


@admin.register(IdempotencyKey)
class IdempotencyKeys(ReadOnly):
    list_display = ("key", "principal", "status", "is_kept", "created_at")
    list_filter = ("status", "created_at")
    search_fields = ("=key", "=principal")
    ordering = ("-created_at",)
    fields = (
        "key",
        "principal",
        "fingerprint",
        "status",
        "is_kept",
        "conditions",
        "headers",
        "answer",
        "created_at",
    )

    @admin.display(description="Body of the answer")
    def answer(self, kept: IdempotencyKey) -> str:
        return bytes(kept.body).decode(errors="replace")
