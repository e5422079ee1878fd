"""Admin page of opt-outs; staff may delete one when the recipient asks them to."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from core.actor import Actor
from core.admin.bases import ServiceAdmin
from workspaces.models import OptOut
from workspaces.services.opt_out_records import lift_opt_out


@admin.register(OptOut)
class OptOuts(ServiceAdmin):
    list_display = ("recipient_id", "workspace", "kind", "created_at")
    list_filter = ("kind", ("workspace", AutocompleteSelectFilter))
    list_select_related = ("workspace",)
    search_fields = ("=recipient_id", "workspace__name")
    ordering = ("-created_at",)
    fields = ("recipient_id", "workspace", "kind", "created_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def remove(self, actor: Actor, row: OptOut) -> None:
        lift_opt_out(actor=actor, workspace=row.workspace, recipient_ids={row.recipient_id})
