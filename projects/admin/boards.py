"""Admin pages of columns and of the transitions between them; read only."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from core.admin.badges import badge
from core.admin.inlines import ReadOnlyInline
from core.admin.records import ReadOnly
from projects.admin.colours import CATEGORY_COLOURS
from projects.models import Status, Transition


class Columns(ReadOnlyInline):
    model = Status
    fk_name = "project"
    fields = ("name", "key", "category", "color", "position", "is_default")
    readonly_fields = fields
    ordering = ("position",)
    verbose_name = "column"


@admin.register(Status)
class Statuses(ReadOnly):
    list_display = ("name", "key", "project", "shown_category", "position", "is_default")
    list_filter = ("category", "is_default", ("project", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("project",)
    search_fields = ("name", "=key", "project__name")
    ordering = ("project", "position")

    @badge("Category", ordering="category", colours=CATEGORY_COLOURS)
    def shown_category(self, status: Status) -> tuple[str, str]:
        return status.category, status.get_category_display()


@admin.register(Transition)
class Transitions(ReadOnly):
    list_display = ("project", "source", "target")
    list_display_links = ("source", "target")
    list_filter = (("project", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("project", "source", "target")
    search_fields = ("project__name", "source__name", "target__name")
    ordering = ("project", "source__position", "target__position")
