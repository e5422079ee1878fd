"""Admin pages of columns and of the transitions between them."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from core.actor import Actor
from core.admin.badges import badge
from core.admin.bases import ServiceAdmin
from core.admin.inlines import ReadOnlyInline
from projects.admin.colours import CATEGORY_COLOURS
from projects.models import Project, Status, Transition
from projects.services.columns import add_column, delete_column, update_column
from projects.services.transitions import Move, set_transitions


class Columns(ReadOnlyInline):
    model = Status
    fk_name = "project"
    fields = ("name", "key", "category", "color", "position", "is_default", "wip_limit")
    readonly_fields = fields
    ordering = ("position",)
    verbose_name = "column"


@admin.register(Status)
class Statuses(ServiceAdmin):
    """A column that tasks stand in is deleted over the API, which asks where they move to."""

    list_display = ("name", "key", "project", "shown_category", "position", "is_default")
    list_filter = ("category", "is_default", ("project", AutocompleteSelectFilter))
    list_select_related = ("project",)
    search_fields = ("name", "=key", "project__name")
    ordering = ("project", "position")
    autocomplete_fields = ("project",)
    add_fieldsets = (
        (None, {"fields": ("project", "name", "category", "color", "wip_limit", "is_default")}),
    )
    fieldsets = (
        (None, {"fields": ("name", "category", "color", "wip_limit", "is_default")}),
        ("Facts", {"fields": (("project", "key"), ("position", "updated_at"))}),
    )
    readonly_fields = ("key", "position", "updated_at")
    set_once = ("project",)

    def create(self, actor: Actor, **values: Any) -> Status:
        return add_column(actor=actor, **values)

    def update(
        self, actor: Actor, row: Status, changes: dict[str, Any], version: int | None
    ) -> None:
        update_column(actor=actor, column=row, changes=changes, version=version)

    def remove(self, actor: Actor, row: Status) -> None:
        delete_column(actor=actor, column=row)

    @badge("Category", ordering="category", colours=CATEGORY_COLOURS)
    def shown_category(self, status: Status) -> tuple[str, str]:
        return status.category, status.get_category_display()


@admin.register(Transition)
class Transitions(ServiceAdmin):
    list_display = ("project", "source", "target")
    list_display_links = ("source", "target")
    list_filter = (("project", AutocompleteSelectFilter),)
    list_select_related = ("project", "source", "target")
    search_fields = ("project__name", "source__name", "target__name")
    ordering = ("project", "source__position", "target__position")
    autocomplete_fields = ("project", "source", "target")
    fields = ("project", "source", "target")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def create(self, actor: Actor, **values: Any) -> Transition:
        project, move = values["project"], (values["source"], values["target"])
        set_transitions(actor=actor, project=project, moves=[*_moves(project), move])
        made: Transition = Transition.objects.get(source=move[0], target=move[1])
        return made

    def remove(self, actor: Actor, row: Transition) -> None:
        others = [move for move in _moves(row.project) if move != (row.source, row.target)]
        set_transitions(actor=actor, project=row.project, moves=others)


def _moves(project: Project) -> list[Move]:
    rows = Transition.objects.filter(project=project).select_related("source", "target")
    return [(row.source, row.target) for row in rows]
