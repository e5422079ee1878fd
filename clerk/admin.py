"""Admin pages of account matches, and of the records and receipts of Clerk's messages."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from clerk.models import AccountMatch, ExternalRecord, WebhookReceipt
from clerk.services.people import join_accounts, keep_apart
from core.admin.bases import staff_actor
from core.admin.records import ReadOnly, is_superuser
from core.admin.refusals import REFUSED, as_refusal, sentence


@admin.register(ExternalRecord)
class ExternalRecords(ReadOnly):
    list_display = ("id", "heard_at", "is_deleted")
    list_filter = ("is_deleted",)
    search_fields = ("id",)
    ordering = ("id",)
    fields = ("id", "heard_at", "is_deleted")


@admin.register(WebhookReceipt)
class WebhookReceipts(ReadOnly):
    list_display = ("id", "kind", "received_at")
    list_filter = ("kind", "received_at")
    search_fields = ("id",)
    ordering = ("-received_at",)
    fields = ("id", "kind", "received_at")


@admin.register(AccountMatch)
class AccountMatches(ReadOnly):
    """Only superusers decide, because joining gives the newcomer the holder's account."""

    list_display = ("email", "newcomer", "holder", "state", "created_at")
    list_filter = ("state",)
    list_select_related = ("newcomer", "holder")
    search_fields = ("email", "newcomer__external_id")
    ordering = ("-created_at",)
    fields = ("email", "newcomer", "holder", "state", "created_at")
    actions = ("join", "keep_apart")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    @admin.action(description="Join both accounts, for good", permissions=["decide"])
    def join(self, request: HttpRequest, queryset: QuerySet[AccountMatch]) -> None:
        matches = list(queryset.order_by("pk"))
        try:
            with transaction.atomic():
                for match in matches:
                    person = join_accounts(actor=staff_actor(request), match=match)
                    self.log_change(request, person, "Joined with another account.")
        except REFUSED as error:
            self.message_user(request, sentence(as_refusal(error)), messages.ERROR)
        else:
            self.message_user(request, f"Joined: {len(matches)}.", messages.SUCCESS)

    @admin.action(description="Keep the accounts apart", permissions=["decide"])
    def keep_apart(self, request: HttpRequest, queryset: QuerySet[AccountMatch]) -> None:
        for match in queryset.order_by("pk"):
            keep_apart(actor=staff_actor(request), match=match)
            self.log_change(request, match, "Kept apart.")
        self.message_user(request, "Kept apart.", messages.SUCCESS)
