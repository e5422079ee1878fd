"""Webhooks as a channel of the outbox: each event once for each webhook that wants it."""

import time
from collections.abc import Collection
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string

from activity.models import Event
from outbox.models import Delivery
from outbox.registry import Channel, Failure, Later, Skip, composes, reason_of, register_channel
from webhooks.models import HEAD, Format, Webhook, WebhookContent
from webhooks.services.bodies import reader_of, sentence_body, text_body, whole_body
from webhooks.services.posting import Answer, post
from webhooks.services.queueing import EVENT, TRIAL, WEBHOOK
from webhooks.services.secrets import secrets_of, signed_headers
from webhooks.services.targets import NotAllowed, target_of
from webhooks.services.turns import end_turn, note_failure, note_success, take_turn

RECORDED = ("body_head", "status_code", "milliseconds", "posted_at")
TAKEN, MOVED = 2, 3
"""The first digits of answers."""
USER_AGENT = "Gantry-Webhooks"
TRIED = "This is a test of the webhook."


class Post(NamedTuple):
    """What is posted to a webhook: the body is JSON, `keys` are the secrets to sign with."""

    webhook: Webhook
    message_id: str
    body: str
    keys: list[str]


class NotTaken(Exception):
    """The other side answered with this status, which is not 2xx."""

    def __init__(self, status: int) -> None:
        followed = "; redirects are not followed" if status // 100 == MOVED else ""
        super().__init__(f"answered {status}{followed}")
        self.status = status


class WebhookChannel(Channel[Post, Post]):
    """Each post has a connection of its own."""

    def render(self, delivery: Delivery, draft: Post) -> Post:
        return draft

    def record(self, delivery: Delivery, message: Post) -> None:
        content = WebhookContent(
            delivery=delivery,
            workspace_id=message.webhook.workspace_id,
            body_head=message.body[:HEAD],
            posted_at=Now(),
        )
        WebhookContent.objects.bulk_create(
            [content], update_conflicts=True, unique_fields=["delivery"], update_fields=RECORDED
        )

    def send(self, delivery: Delivery, message: Post) -> str:
        since = time.monotonic()
        noted: dict[str, Any] = {"webhook": message.webhook, "delivery": delivery}
        try:
            answer = _post(message)
        except Exception:
            took = int((time.monotonic() - since) * 1000)
            note_failure(**noted, status=None, milliseconds=took, gone=False)
            raise
        noted |= {"status": answer.status, "milliseconds": answer.milliseconds}
        if answer.status // 100 != TAKEN:
            note_failure(**noted, gone=answer.status == HTTPStatus.GONE)
            raise NotTaken(answer.status)
        note_success(**noted)
        return ""

    def classify(self, error: Exception) -> Failure:
        if isinstance(error, NotTaken | NotAllowed):
            return Failure(reason=str(error))
        if isinstance(error, OSError | HTTPException):
            # Not its text, which may have an address of our network.
            return Failure(reason=f"no answer: {type(error).__name__}")
        return Failure(reason=reason_of(error), is_expected=False)

    def erase(self, *, to: Collection[UUID], naming: Collection[UUID]) -> None:
        WebhookContent.objects.filter(pk__in=naming).update(body_head="")


def _post(message: Post) -> Answer:
    signed = signed_headers(message.message_id, message.body, message.keys)
    headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT, **signed}
    return post(target_of(message.webhook.url), message.body.encode(), headers)


register_channel(WEBHOOK, WebhookChannel())


@composes(EVENT, channel=WEBHOOK, can_wait=True)
def post_of(delivery: Delivery) -> Post | Skip | Later:
    """The event as ADMINs of the workspace may read it now."""
    webhook = _webhook_of(delivery)
    if isinstance(webhook, Skip):
        return webhook
    if not webhook.is_enabled:
        return Skip("the webhook is disabled")
    if later := take_turn(webhook):
        return later
    event = Event.objects.filter(pk=delivery.payload["event"]).first()
    reader = reader_of(event, webhook.workspace) if event else None
    if event is None or reader is None:
        end_turn(webhook=webhook)
        return Skip("the administrators may not read it any more")
    # Loaded by those who send: it has all that serves HTTP.
    [shown] = import_string("activity.api.documents.as_shown")([event], reader)
    if webhook.format == Format.STANDARD:
        body = whole_body(delivery.payload["type"], webhook.workspace, shown)
    else:
        body = sentence_body(webhook.format, event, webhook.workspace, shown)
    return _message(delivery, webhook, body)


@composes(TRIAL, channel=WEBHOOK)
def test_of(delivery: Delivery) -> Post | Skip | Later:
    webhook = _webhook_of(delivery)
    if isinstance(webhook, Skip):
        return webhook
    if later := take_turn(webhook):
        return later
    if webhook.format != Format.STANDARD:
        return _message(delivery, webhook, text_body(webhook.format, TRIED))
    told: dict[str, Any] = {"created_at": timezone.now().isoformat(), "sentence": TRIED}
    body = whole_body(delivery.payload["type"], webhook.workspace, told)
    return _message(delivery, webhook, body)


def _webhook_of(delivery: Delivery) -> Webhook | Skip:
    rows = Webhook.objects.select_related("workspace").filter(pk=delivery.recipient_id)
    webhook = rows.first()
    if webhook is None:
        return Skip("the webhook was deleted")
    return Skip("the workspace was deleted") if webhook.workspace.deleted_at else webhook


def _message(delivery: Delivery, webhook: Webhook, body: str) -> Post | Skip:
    """The same id for all attempts, and for whoever gets the event by several webhooks."""
    keys = secrets_of(webhook)
    if not keys:
        end_turn(webhook=webhook)
        return Skip("its secret is sealed with a former SECRET_KEY")
    return Post(webhook, delivery.payload["event"], body, keys)
