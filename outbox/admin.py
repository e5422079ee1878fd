"""Admin pages of deliveries (with a Resend action), relays and mail failures.

A mail is shown on the page of its delivery.
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from core.admin.bases import staff_actor
from core.errors import Refusal
from outbox.mail.failures import mail_failure
from outbox.models import Delivery, MailContent, MailFailure, RelayProcess
from outbox.services import resend


class ReadOnlyAdmin(ModelAdmin):
    """An admin page without adding, changing or deleting."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Delivery)
class Deliveries(ReadOnlyAdmin):
    list_display = ("subject", "kind", "address", "state", "attempts", "created_at", "sent_at")
    list_filter = ("state", "channel", "kind", "attempts", "created_at")
    list_select_related = ("mail",)
    search_fields = ("dedupe_key", "mail__address", "=recipient_id", "=request_id")
    ordering = ("-created_at",)
    show_full_result_count = False
    actions = ("send_again",)
    fieldsets = (
        (None, {"fields": ("state", "reason", "kind", "channel", "address", "recipient_id")}),
        ("Body", {"fields": ("subject", "text", "body")}),
        ("Way", {"fields": ("attempts", "generation", "next_at", "sent_at", "message_id")}),
        ("Cause", {"fields": ("dedupe_key", "payload", "workspace_id", "request_id")}),
    )
    readonly_fields = ("address", "subject", "text", "body", "message_id")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "GET" and (failure := mail_failure()):
            notice = f"Mail is failing, last at {failure.failed_at:%Y-%m-%d %H:%M} UTC: {failure}."
            self.message_user(request, f"{notice} It is tried for 72 hours.", messages.ERROR)
        page: HttpResponse = super().changelist_view(request, extra_context)
        return page

    @admin.display(ordering="mail__address")
    def address(self, delivery: Delivery) -> str:
        return _mail_of(delivery).address

    @admin.display(ordering="mail__subject")
    def subject(self, delivery: Delivery) -> str:
        return _mail_of(delivery).subject

    @admin.display
    def text(self, delivery: Delivery) -> str:
        return _mail_of(delivery).text

    @admin.display(description="Message id")
    def message_id(self, delivery: Delivery) -> str:
        return _mail_of(delivery).message_id

    @admin.display(description="HTML")
    def body(self, delivery: Delivery) -> SafeString:
        # The empty sandbox forbids the mail scripts, forms and access to the page around it.
        return format_html(
            '<iframe sandbox="" srcdoc="{}" title="The mail" style="width:100%;height:640px;'
            'border:1px solid #d4d4d8;border-radius:6px;background:#fff"></iframe>',
            _mail_of(delivery).html,
        )

    @admin.action(description="Resend", permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        actor = staff_actor(request)
        for delivery in queryset:
            try:
                resend(actor=actor, delivery=delivery)
            except Refusal as refusal:
                self.message_user(request, f"{delivery}: {refusal}", messages.WARNING)
            else:
                self.log_change(request, delivery, "Resent.")

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Whether staff have the permission to change deliveries, which only permits resending."""
        return request.user.has_perm("outbox.change_delivery")


@admin.register(RelayProcess)
class RelayProcesses(ReadOnlyAdmin):
    list_display = ("name", "seen_at")
    ordering = ("-seen_at",)


@admin.register(MailFailure)
class MailFailures(ReadOnlyAdmin):
    list_display = ("reason", "failed_at")
    ordering = ("-failed_at",)


def _mail_of(delivery: Delivery) -> MailContent:
    """The recorded mail; an empty one before it is composed, and for other channels."""
    return getattr(delivery, "mail", None) or MailContent()
