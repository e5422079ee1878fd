"""Admin pages of webhooks, without their secrets, and of what was posted to them."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from core.admin.records import ReadOnly
from webhooks.models import Webhook, WebhookContent


@admin.register(Webhook)
class Webhooks(ReadOnly):
    list_display = ("name", "workspace", "shown_server", "format", "is_enabled", "failures")
    list_filter = ("is_enabled", "format", ("workspace", AutocompleteSelectFilter))
    list_select_related = ("workspace",)
    search_fields = ("name", "=id", "workspace__name")
    ordering = ("-created_at",)
    fields = (
        *("name", "workspace", "shown_server", "events", "format", "is_enabled"),
        *("disabled_reason", "failures", "failing_since", "rests_until", "busy_until"),
        *("milliseconds", "former_until", "created_at"),
    )
    readonly_fields = fields

    @admin.display(description="Server")
    def shown_server(self, webhook: Webhook) -> str:
        """Not the whole address, which may hold a key of the other side."""
        return webhook.url.split("?")[0].partition("//")[2].partition("/")[0]


@admin.register(WebhookContent)
class WebhookContents(ReadOnly):
    """The delivery's own page has its state and its attempts."""

    list_display = ("delivery", "status_code", "milliseconds", "posted_at")
    list_select_related = ("delivery",)
    search_fields = ("=delivery__id", "=delivery__recipient_id")
    search_help_text = "The id of a delivery or of a webhook"
    ordering = ("-posted_at",)
    fields = ("delivery", "workspace_id", "status_code", "milliseconds", "posted_at", "body_head")
    readonly_fields = fields
