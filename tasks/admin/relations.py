"""Admin page of relations between tasks."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from core.actor import Actor
from core.admin.bases import ServiceAdmin
from tasks.models import RelatedAs, Relation
from tasks.services.relations import add_relation, remove_relation


@admin.register(Relation)
class Relations(ServiceAdmin):
    list_display = ("source", "kind", "target", "workspace", "created_by", "created_at")
    list_filter = ("kind", ("workspace", AutocompleteSelectFilter))
    list_select_related = ("source", "target", "workspace", "created_by")
    search_fields = ("source__title", "target__title")
    ordering = ("-created_at",)
    autocomplete_fields = ("source", "target")
    fields = ("source", "kind", "target", "created_by", "created_at")
    readonly_fields = ("created_by", "created_at")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def create(self, actor: Actor, **values: Any) -> Relation:
        kind = RelatedAs.seen(values["kind"], from_source=True)
        return add_relation(actor=actor, task=values["source"], other=values["target"], kind=kind)

    def remove(self, actor: Actor, row: Relation) -> None:
        remove_relation(actor=actor, task=row.source, relation=row)
