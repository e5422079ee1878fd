"""Admin page of invitations: send, resend, revoke. Links are stored hashed and cannot be shown."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter

from core.actor import Actor
from core.admin.badges import badge
from core.admin.bases import ServiceAdmin
from workspaces.models import Invitation, InvitationStatus
from workspaces.services.invitations import invite_person, resend_invitation, revoke_invitation

COLOURS = {
    InvitationStatus.PENDING.value: "info",
    InvitationStatus.ACCEPTED.value: "success",
    InvitationStatus.REVOKED.value: "danger",
    InvitationStatus.EXPIRED.value: "warning",
}


@admin.register(Invitation)
class Invitations(ServiceAdmin):
    """The staff member who adds an invitation is its sender."""

    list_display = ("email", "workspace", "role", "shown_status", "invited_by", "expires_at")
    list_filter = (
        "status",
        "role",
        ("workspace", AutocompleteSelectFilter),
        ("created_at", RangeDateFilter),
    )
    list_select_related = ("workspace", "invited_by")
    search_fields = ("email", "workspace__name", "invited_by__email")
    ordering = ("-created_at",)
    autocomplete_fields = ("workspace",)
    actions = ("send_again", "revoke")
    add_fieldsets = ((None, {"fields": ("workspace", "email", "role", "message")}),)
    fields = (
        *("workspace", "email", "role", "message", "status"),
        *("invited_by", "accepted_by", "sent_at", "expires_at", "created_at"),
    )
    readonly_fields = (
        *("status", "invited_by", "accepted_by"),
        *("sent_at", "expires_at", "created_at"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_state()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """False for a sent invitation; True without one for the actions, which need "change"."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def create(self, actor: Actor, **values: Any) -> Invitation:
        return invite_person(actor=actor, **values)

    @badge("Status", ordering="status", colours=COLOURS)
    def shown_status(self, invitation: Any) -> tuple[str, str]:
        return invitation.state, invitation.state.capitalize()

    @admin.action(description="Send the chosen invitations again", permissions=["change"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        self.carry_out(
            request,
            queryset,
            lambda actor, invitation: resend_invitation(actor=actor, invitation=invitation),
            "Sent again",
        )

    @admin.action(description="Revoke the chosen invitations", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        self.carry_out(
            request,
            queryset,
            lambda actor, invitation: revoke_invitation(actor=actor, invitation=invitation),
            "Revoked",
        )
