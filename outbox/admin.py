"""Deliveries for staff: what was sent to whom, why not, and once more on request."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from core.admin.bases import actor_of
from core.errors import Refusal
from outbox.models import Delivery, Heartbeat, MailFailure
from outbox.services import mail_failure, resend


class ReadOnlyAdmin(ModelAdmin):
    """Looked at, never edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Delivery)
class Deliveries(ReadOnlyAdmin):
    list_display = ("subject", "kind", "address", "state", "attempts", "created_at", "sent_at")
    list_filter = ("state", "kind", "attempts", "created_at")
    search_fields = ("dedupe_key", "address", "=recipient_id", "=request_id")
    ordering = ("-created_at",)
    show_full_result_count = False
    actions = ("send_again",)
    fieldsets = (
        (None, {"fields": ("state", "reason", "kind", "channel", "address", "recipient_id")}),
        ("Body", {"fields": ("subject", "text", "body")}),
        ("Way", {"fields": ("attempts", "generation", "next_at", "sent_at", "message_id")}),
        ("Cause", {"fields": ("dedupe_key", "payload", "workspace_id", "request_id")}),
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "GET" and (failure := mail_failure()):
            notice = f"Mail is failing, last at {failure.failed_at:%Y-%m-%d %H:%M} UTC: {failure}."
            self.message_user(request, f"{notice} It is tried for 72 hours.", messages.ERROR)
        page: HttpResponse = super().changelist_view(request, extra_context)
        return page

    @admin.display(description="HTML")
    def body(self, delivery: Delivery) -> SafeString:
        # The empty sandbox lets nothing in the mail run, load a form or reach the page around it.
        return format_html(
            '<iframe sandbox="" srcdoc="{}" title="The mail" style="width:100%;height:640px;'
            'border:1px solid #d4d4d8;border-radius:6px;background:#fff"></iframe>',
            delivery.html,
        )

    @admin.action(description="Resend", permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        actor = actor_of(request)
        for delivery in queryset:
            try:
                resend(actor=actor, delivery=delivery)
            except Refusal as refusal:
                self.message_user(request, f"{delivery}: {refusal}", messages.WARNING)
            else:
                self.log_change(request, delivery, "Resent.")

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Staff who may change deliveries, though nobody edits one."""
        return request.user.has_perm("outbox.change_delivery")


@admin.register(Heartbeat)
class Heartbeats(ReadOnlyAdmin):
    list_display = ("relay", "beat_at")
    ordering = ("-beat_at",)


@admin.register(MailFailure)
class MailFailures(ReadOnlyAdmin):
    list_display = ("reason", "failed_at")
    ordering = ("-failed_at",)
