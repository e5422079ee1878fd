"""Admin pages of deliveries (with the actions Resend and Cancel), relays and mail failures.

A mail is shown on the page of its delivery.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from core.admin.bases import staff_actor
from core.admin.paging import BoundedPaginator
from core.errors import Refusal
from outbox.mail.failures import mail_failure
from outbox.models import (
    UNDECIDED,
    Delivery,
    MailContent,
    MailFailure,
    RelayProcess,
    State,
)
from outbox.registry import channels, kinds
from outbox.services import cancel, figures_by_channel, resend


class ReadOnlyAdmin(ModelAdmin):
    """An admin page without adding, changing or deleting."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ByState(admin.SimpleListFilter):
    """By state, and by what the counters above the list count."""

    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        counted = [("waiting", "Waiting: due, put off or being sent"), ("put_off", "Put off")]
        return [*counted, *State.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        chosen = self.value()
        if chosen in State.values:
            return queryset.filter(state=chosen)
        waiting = queryset.filter(state__in=UNDECIDED, queued_at__lte=Now())
        by_name = {"waiting": waiting, "put_off": waiting.filter(attempts__gt=0)}
        return by_name.get(chosen or "", queryset)


class ByChannel(admin.SimpleListFilter):
    """Names come from the registry: the rows could be millions."""

    title = parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(channels())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        return queryset.filter(channel=self.value()) if self.value() else queryset


class ByKind(admin.SimpleListFilter):
    title = parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        known = {kind for channel in channels() for kind in kinds(channel)}
        return [(kind, kind.replace("_", " ")) for kind in sorted(known)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Delivery)
class Deliveries(ReadOnlyAdmin):
    list_display = ("subject", "kind", "address", "state", "attempts", "created_at", "sent_at")
    list_filter = (ByState, ByChannel, ByKind, "created_at")
    list_select_related = ("mail",)
    search_fields = ("dedupe_key", "mail__address", "=recipient_id", "=request_id")
    # Newest first: the ids grow with time, and have an index with each of the filters.
    ordering = ("-pk",)
    paginator = BoundedPaginator
    show_full_result_count = False
    list_before_template = "admin/deliveries.html"
    actions = ("send_again", "cancel")
    fieldsets = (
        (None, {"fields": ("state", "reason", "kind", "channel", "address", "recipient_id")}),
        ("Body", {"fields": ("subject", "text", "body")}),
        (
            "Way",
            {"fields": ("can_wait", "attempts", "generation", "next_at", "sent_at", "message_id")},
        ),
        ("Cause", {"fields": ("dedupe_key", "payload", "workspace_id", "request_id")}),
    )
    readonly_fields = ("address", "subject", "text", "body", "message_id")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "GET" and (failure := mail_failure()):
            notice = f"Mail is failing, last at {failure.failed_at:%Y-%m-%d %H:%M} UTC: {failure}."
            self.message_user(request, f"{notice} It is tried for 72 hours.", messages.ERROR)
        counted = [(name, each, age(each.oldest)) for name, each in figures_by_channel().items()]
        context = {"figures": counted, **(extra_context or {})}
        page: HttpResponse = super().changelist_view(request, context)
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

    @admin.action(description="Resend", permissions=["decide"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._carry_out(request, queryset, resend, "Resent.")

    @admin.action(description="Cancel", permissions=["decide"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._carry_out(request, queryset, cancel, "Cancelled.")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether staff have the permission to change deliveries: to resend and to cancel them."""
        return request.user.has_perm("outbox.change_delivery")

    def _carry_out(
        self,
        request: HttpRequest,
        deliveries: QuerySet[Delivery],
        service: Callable[..., Delivery],
        done: str,
    ) -> None:
        """Call the service for each, whatever happens to the others; refusals are shown."""
        actor = staff_actor(request)
        for delivery in deliveries:
            try:
                service(actor=actor, delivery=delivery)
            except Refusal as refusal:
                self.message_user(request, f"{delivery}: {refusal}", messages.WARNING)
            else:
                self.log_change(request, delivery, done)


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


def age(oldest: timedelta) -> str:
    """In full units: `12 s`, `3 min`, `5 h`, `2 d`."""
    seconds = max(0, int(oldest.total_seconds()))
    units = ((86400, "d"), (3600, "h"), (60, "min"))
    return next(
        (f"{seconds // length} {unit}" for length, unit in units if seconds >= length),
        f"{seconds} s",
    )
