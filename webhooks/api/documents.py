"""Webhooks and their deliveries as shown; secrets are in the answers that make them only."""

from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.fields.json import KeyTextTransform
from rest_framework import serializers

from core.documents.fields import Computed, Document, PublicId
from outbox.models import Delivery
from outbox.models.deliveries import State
from webhooks.models import Format, Webhook


class WebhookDocument(Document):
    """An address to which the events of a workspace are posted.

    `events` empty means all. `failures` are those in a row since `failing_since`; `disabled_reason`
    says why the server has disabled it. Until `former_until` the secret before signs along.
    """

    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace")
    name = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    format = serializers.ChoiceField(Format.choices)
    is_enabled = serializers.BooleanField()
    disabled_reason = serializers.CharField()
    failures = serializers.IntegerField()
    failing_since = serializers.DateTimeField(allow_null=True)
    rests_until = serializers.DateTimeField(allow_null=True)
    former_until = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = Webhook


class WebhookWithSecret(WebhookDocument):
    """The webhook with its new secret, which is not shown again."""

    secret = Computed(lambda _: Value("", CharField()))  # the view puts it in

    class Meta:
        model = Webhook


class WebhookDeliveryDocument(Document):
    """One event on its way to a webhook: the last attempt, and why it has not succeeded.

    `message_id` is the header `webhook-id`, the same for all attempts. `body_head` is the
    beginning of what was posted, empty after a week.
    """

    id = serializers.UUIDField()
    message_id = Computed(lambda path: KeyTextTransform("event", F(f"{path}payload")))
    type = Computed(lambda path: KeyTextTransform("type", F(f"{path}payload")))
    state = serializers.ChoiceField(State.choices)
    attempts = serializers.IntegerField()
    status_code = serializers.IntegerField(allow_null=True, source="posted.status_code")
    milliseconds = serializers.IntegerField(allow_null=True, source="posted.milliseconds")
    error = serializers.CharField(source="reason")
    body_head = serializers.CharField(allow_null=True, source="posted.body_head")
    created_at = serializers.DateTimeField()
    next_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Delivery


class Replayed(serializers.Serializer[Any]):
    queued = serializers.IntegerField(help_text="How many deliveries are sent, or sent again.")
