"""Admin page of workspaces: edit, transfer to another owner, delete, restore."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateFilter

from core.actor import Actor
from core.admin.bases import ServiceAdmin
from core.admin.filters import Deletion
from workspaces.admin.members import Members
from workspaces.models import Workspace
from workspaces.services.deletion import delete_workspace, restore_workspace
from workspaces.services.members import NeedsOwner, transfer_ownership
from workspaces.services.workspaces import create_workspace, update_workspace


@admin.register(Workspace)
class Workspaces(ServiceAdmin):
    """The staff member who adds a workspace owns it, as over HTTP."""

    list_display = ("name", "slug", "owner", "people", "created_at")
    list_filter = (Deletion, ("created_at", RangeDateFilter))
    list_select_related = ("owner",)
    search_fields = ("name", "slug", "=external_org_id", "owner__email")
    ordering = ("-created_at",)
    autocomplete_fields = ("owner",)
    inlines = (Members,)
    actions = ("restore",)
    add_fieldsets = ((None, {"fields": ("name", "image_url")}),)
    fieldsets = (
        (None, {"fields": ("name", "image_url", "owner")}),
        (
            "Facts",
            {
                "fields": (
                    ("slug", "external_org_id"),
                    ("created_at", "updated_at"),
                    ("id", "settings"),
                )
            },
        ),
    )
    readonly_fields = (
        "id",
        "slug",
        "external_org_id",
        "settings",
        "created_at",
        "updated_at",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(people=Count("memberships"))

    @admin.display(description="People", ordering="people")
    def people(self, workspace: Any) -> int:
        return int(workspace.people)

    def create(self, actor: Actor, **values: Any) -> Workspace:
        return create_workspace(actor=actor, **values)

    def update(
        self, actor: Actor, row: Workspace, changes: dict[str, Any], version: int | None
    ) -> None:
        plain = {name: value for name, value in changes.items() if name != "owner"}
        update_workspace(actor=actor, workspace=row, changes=plain, version=version)
        if "owner" in changes:
            if changes["owner"] is None:
                raise NeedsOwner
            transfer_ownership(actor=actor, workspace=row, person=changes["owner"])

    def remove(self, actor: Actor, row: Workspace) -> None:
        delete_workspace(actor=actor, workspace=row)

    @admin.action(description="Restore the chosen workspaces", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Workspace]) -> None:
        self.carry_out(
            request,
            queryset,
            lambda actor, workspace: restore_workspace(actor=actor, workspace=workspace),
            "Restored",
        )
