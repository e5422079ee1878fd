"""Bases for admin inlines: related rows on the page of their parent."""

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

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(NeverEdited, Inline):
    """Related rows that cannot be added, changed or deleted."""
