"""Bases for admin inlines: related rows on the page of their parent."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import TabularInline

from core.admin.records import NeverEdited


class Inline(TabularInline):
    """Related rows: can be added if their own admin allows it, but not changed."""

    extra = 0
    per_page = 20
    tab = True
    hide_title = True
    select_related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        # Without arguments Django would join whatever a row refers to.
        return rows.select_related(*self.select_related) if self.select_related else rows

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(NeverEdited, Inline):
    """Related rows that cannot be added, changed or deleted."""
