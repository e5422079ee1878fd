"""Rows shown on the page of the row they belong to."""

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import TabularInline

from core.admin.records import NeverEdited


class Inline(TabularInline):
    """Rows of an upper row: new ones may be added where their own admin can, none changed."""

    extra = 0
    per_page = 20
    tab = True
    hide_title = True

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(NeverEdited, Inline):
    """Looked at, never edited."""
