"""The webhooks of a workspace over HTTP, for its ADMINs."""

from typing import Any, ClassVar

import orjson
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.envelope import Answer
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.fields import Document
from core.documents.selection import Selection
from core.limits import Limit, take
from core.queries import compiled
from outbox.models import Delivery
from webhooks.api.documents import (
    Replayed,
    WebhookDeliveryDocument,
    WebhookDocument,
    WebhookWithSecret,
)
from webhooks.api.inputs import DeliveryFilters, NewWebhook, Replay, WebhookChanges
from webhooks.models import Webhook, webhooks_of
from webhooks.services.queueing import WEBHOOK, queue_test, replay_deliveries, replay_range
from webhooks.services.webhooks import (
    add_webhook,
    delete_webhook,
    rotate_secret,
    update_webhook,
)
from workspaces.models import Workspace
from workspaces.rights import MANAGE_WEBHOOKS

TESTS = Limit("webhook test", 20, 60)
REPLAYS = Limit("webhook replay", 20, 60)
COPY = "Copy the secret now; it cannot be shown again."


class _OfWorkspace(ServiceViewSet):
    """What the views below share."""

    document: type[Document] = WebhookDocument

    def webhook(self, pk: str, webhook: str) -> Webhook:
        """The webhook of this workspace; NotFound for any other, even if it exists."""
        workspace = self.find(Workspace, pk)
        found: Webhook = self.find_among(Webhook.objects.filter(workspace=workspace), webhook)
        return found

    def show_secret(self, webhook: Webhook, secret: str, code: int) -> Response:
        """The answer with the document and the secret, which no cache keeps."""
        answer = self.show(webhook, status=code)
        shown = orjson.loads(orjson.dumps(answer.data.data)) | {"secret": secret}
        headers = {"ETag": answer["ETag"], "Cache-Control": "no-store"}
        return Response(Answer(shown, COPY), status=code, headers=headers)


class WorkspaceWebhooks(_OfWorkspace):
    """The webhooks of a workspace."""

    has_dry_run = True
    kept_answers = frozenset()
    repeat_advice = "Rotate the secret of the webhook whose secret was lost."
    inputs: ClassVar = {"create": NewWebhook}
    outputs: ClassVar = {"create": WebhookWithSecret}
    action_permissions: ClassVar = {
        "list": Can(MANAGE_WEBHOOKS),
        "create": Can(MANAGE_WEBHOOKS),
    }
    orderings = ("created_at", "name")

    def list(self, request: Request, pk: str) -> Response:
        """The webhooks of a workspace, without their secrets."""
        workspace = self.find(Workspace, pk)
        return self.show_list(Selection(webhooks_of, workspace=workspace.pk))

    @extend_schema(responses={201: WebhookWithSecret})
    def create(self, request: Request, pk: str) -> Response:
        """Add a webhook. Its secret is only shown in this answer, and in those of rotations."""
        workspace = self.find(Workspace, pk)
        webhook, secret = add_webhook(actor=self.actor, workspace=workspace, **self.read_input())
        return self.show_secret(webhook, secret, status.HTTP_201_CREATED)


class Webhooks(_OfWorkspace):
    """Single webhooks."""

    has_dry_run = True
    inputs: ClassVar = {"update": WebhookChanges, "partial_update": WebhookChanges}
    action_permissions: ClassVar = {
        "retrieve": Can(MANAGE_WEBHOOKS),
        "update": Can(MANAGE_WEBHOOKS),
        "partial_update": Can(MANAGE_WEBHOOKS),
        "destroy": Can(MANAGE_WEBHOOKS),
    }

    def retrieve(self, request: Request, pk: str, webhook: str) -> Response:
        return self.show(self.webhook(pk, webhook))

    def update(self, request: Request, pk: str, webhook: str) -> Response:
        """Change a webhook; enabling it again forgets its failures."""
        changed = update_webhook(
            actor=self.actor,
            webhook=self.webhook(pk, webhook),
            changes=self.read_input(),
            version=self.expected_version,
        )
        return self.show(changed)

    partial_update = update

    def destroy(self, request: Request, pk: str, webhook: str) -> Response:
        """Delete a webhook; what still waits to be posted to it is not."""
        delete_webhook(
            actor=self.actor, webhook=self.webhook(pk, webhook), version=self.expected_version
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class Rotations(_OfWorkspace):
    """New secrets of webhooks."""

    has_dry_run = True
    kept_answers = frozenset()
    repeat_advice = "Rotate the secret again with a new key."
    outputs: ClassVar = {"rotate": WebhookWithSecret}
    action_permissions: ClassVar = {"rotate": Can(MANAGE_WEBHOOKS)}

    @extend_schema(responses={200: WebhookWithSecret})
    def rotate(self, request: Request, pk: str, webhook: str) -> Response:
        """Make a new secret, shown in this answer only; the one before signs along for 24 hours."""
        rotated, secret = rotate_secret(actor=self.actor, webhook=self.webhook(pk, webhook))
        return self.show_secret(rotated, secret, status.HTTP_200_OK)


class WebhookDeliveries(_OfWorkspace):
    """What was posted to a webhook, and what waits for it."""

    has_dry_run = True
    document = WebhookDeliveryDocument
    inputs: ClassVar = {"replay": Replay}
    outputs: ClassVar = {"replay": Replayed}
    action_permissions: ClassVar = {
        "list": Can(MANAGE_WEBHOOKS),
        "test": Can(MANAGE_WEBHOOKS),
        "replay": Can(MANAGE_WEBHOOKS),
    }
    filters = DeliveryFilters

    def list(self, request: Request, pk: str, webhook: str) -> Response:
        """The deliveries of the last 30 days, the newest first."""
        found = self.webhook(pk, webhook)
        return self.show_list(Selection(deliveries_to, webhook=found.pk))

    @extend_schema(request=None, responses={201: WebhookDeliveryDocument})
    def test(self, request: Request, pk: str, webhook: str) -> Response:
        """Post a test event, of the type `webhook.test`, even if the webhook is disabled."""
        found = self.webhook(pk, webhook)
        take(TESTS, str(found.workspace_id))
        delivery = queue_test(actor=self.actor, webhook=found)
        return self.show(delivery, status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: Replayed})
    def replay(self, request: Request, pk: str, webhook: str) -> Response:
        """Post up to 1,000 events by their numbers, or deliveries by their ids, again.

        Of the numbers also events that were never posted to this webhook. What waits to be posted
        is left alone. `webhook-id` is that of the first time. 409 `webhook_is_disabled` until the
        webhook is enabled.
        """
        found, asked = self.webhook(pk, webhook), self.read_input()
        take(REPLAYS, str(found.workspace_id))
        wanted: dict[str, Any] = {"actor": self.actor, "webhook": found}
        if "delivery_ids" in asked:
            queued = replay_deliveries(**wanted, ids=asked["delivery_ids"])
        else:
            queued = replay_range(**wanted, after=asked["after_seq"], through=asked["through_seq"])
        return Response({"queued": queued})


@compiled
def deliveries_to(webhook: Any) -> QuerySet[Delivery]:
    return Delivery.objects.filter(recipient_id=webhook, channel=WEBHOOK)
