"""Workspaces and who belongs to them, for staff."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Model
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter

from accounts.models import User
from core.admin.bases import ServiceAdmin
from core.admin.filters import Deletion
from core.admin.inlines import Inline
from workspaces.models import Membership, Workspace
from workspaces.services import add_member, create_workspace, update_workspace


class Members(Inline):
    model = Membership
    fk_name = "workspace"
    fields = ("user", "role", "message")
    autocomplete_fields = ("user",)
    ordering = ("created_at",)
    verbose_name = "member"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Workspace)
class Workspaces(ServiceAdmin):
    """Whoever adds one owns it, as everywhere."""

    list_display = ("name", "slug", "owner", "people", "created_at")
    list_filter = (Deletion, ("created_at", RangeDateFilter))
    list_select_related = ("owner",)
    search_fields = ("name", "slug", "=external_org_id", "owner__email")
    ordering = ("-created_at",)
    inlines = (Members,)
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
        "owner",
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

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """No service takes a whole workspace away."""
        return False

    def create(self, actor: User, **values: Any) -> Workspace:
        return create_workspace(actor=actor, **values)

    def update(
        self, actor: User, row: Workspace, changes: dict[str, Any], version: int | None
    ) -> None:
        update_workspace(actor=actor, workspace=row, changes=changes, version=version)


@admin.register(Membership)
class Memberships(ServiceAdmin):
    list_display = ("user", "workspace", "role", "invited_by", "created_at")
    list_filter = (
        "role",
        ("workspace", AutocompleteSelectFilter),
        ("created_at", RangeDateFilter),
    )
    list_select_related = ("user", "workspace", "invited_by")
    search_fields = ("user__email", "user__name", "workspace__name")
    ordering = ("-created_at",)
    autocomplete_fields = ("workspace", "user")
    fields: ClassVar = ["workspace", "user", "role", "message", "invited_by", "created_at"]
    readonly_fields = ("invited_by", "created_at")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def create(self, actor: User, **values: Any) -> Membership:
        person = values.pop("user")
        return add_member(actor=actor, email=person.email, **values)
