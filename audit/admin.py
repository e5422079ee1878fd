"""Admin pages of the audit; read only."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.models import User
from audit.models import AuditEntry, AuditHead
from core.admin.records import ReadOnly
from workspaces.models import Workspace


@admin.register(AuditEntry)
class AuditEntries(ReadOnly):
    """Entries have ids only; the names shown are the present ones."""

    list_display = ("created_at", "workspace", "number", "actor", "via", "action", "entity_id")
    list_filter = ("action", "via", "entity", ("created_at", RangeDateFilter))
    list_filter_submit = True
    search_fields = ("=entity_id", "=workspace_id", "=actor_id", "=token_id", "=request_id")
    search_help_text = "The id of a row, workspace, person, token or request"
    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    fields = (
        "created_at",
        ("workspace", "workspace_id"),
        "number",
        ("actor", "actor_id"),
        ("via", "token_id", "reason"),
        "action",
        ("entity", "entity_id"),
        "details",
        "request_id",
        "previous",
        "hash",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        people = User.objects.filter(pk=OuterRef("actor_id"))
        workspaces = Workspace.objects.filter(pk=OuterRef("workspace_id"))
        named = {
            "actor_email": people.values("email"),
            "workspace_name": workspaces.values("name"),
        }
        return super().get_queryset(request).annotate(**named)

    @admin.display(description="Actor", empty_value="system")
    def actor(self, entry: Any) -> Any:
        return entry.actor_email

    @admin.display(description="Workspace", empty_value="instance")
    def workspace(self, entry: Any) -> Any:
        return entry.workspace_name


@admin.register(AuditHead)
class AuditHeads(ReadOnly):
    list_display = ("workspace_id", "last_number", "last_hash")
    search_fields = ("=workspace_id",)
    ordering = ("workspace_id",)
