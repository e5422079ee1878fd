"""Admin page of memberships, and the inline of a workspace's members."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter

from core.actor import Actor
from core.admin.bases import ServiceAdmin
from core.admin.inlines import Inline
from workspaces.models import Membership
from workspaces.services.members import change_member_role, remove_member
from workspaces.services.workspaces import add_member


class Members(Inline):
    model = Membership
    fk_name = "workspace"
    fields = ("user", "role", "message")
    autocomplete_fields = ("user",)
    select_related = ("user",)
    ordering = ("created_at",)
    verbose_name = "member"

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


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
    fields: ClassVar = [
        *("workspace", "user", "role", "message"),
        *("invited_by", "created_at", "opened_at"),
    ]
    readonly_fields = ("invited_by", "created_at", "opened_at")
    set_once = ("workspace", "user", "message")

    def create(self, actor: Actor, **values: Any) -> Membership:
        person = values.pop("user")
        return add_member(actor=actor, email=person.email, **values)

    def update(
        self, actor: Actor, row: Membership, changes: dict[str, Any], version: int | None
    ) -> None:
        role = changes.get("role", row.role)
        change_member_role(actor=actor, membership=row, role=role, version=version)

    def remove(self, actor: Actor, row: Membership) -> None:
        remove_member(actor=actor, membership=row)
