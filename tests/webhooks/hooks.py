"""Webhooks for tests, and what is sent to them."""

from typing import Any, NamedTuple

from django.db.models.functions import Now

from outbox.models import Delivery, State
from outbox.services import claim_due
from tests.outbox.notes import send
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.log import number_events
from webhooks.models import Webhook
from webhooks.services.queueing import WEBHOOK
from webhooks.services.webhooks import add_webhook


class Hook(NamedTuple):
    """A webhook, its secret, and its path in the API."""

    webhook: Webhook
    secret: str

    @property
    def path(self) -> str:
        return f"/api/workspaces/{self.webhook.workspace_id}/webhooks/{self.webhook.pk}"

    @property
    def now(self) -> Webhook:
        """The webhook as it is now."""
        return Webhook.objects.get(pk=self.webhook.pk)


def hook_to(cast: Cast, url: str, **fields: Any) -> Hook:
    """A webhook of Ada's workspace, for which nothing waits."""
    named = {"name": "Builds", **fields}
    hook = Hook(*add_webhook(actor=by(cast.ada), workspace=cast.workspace, url=url, **named))
    number_events()
    Delivery.objects.filter(channel=WEBHOOK).delete()
    return hook


def queued() -> list[Delivery]:
    """All deliveries to webhooks, in the order of their events."""
    return list(Delivery.objects.filter(channel=WEBHOOK).order_by("created_at", "pk"))


def send_all(most: int = 100) -> list[Delivery]:
    """Send what is due for webhooks, once; other deliveries are dropped."""
    number_events()
    Delivery.objects.exclude(channel=WEBHOOK).delete()
    return [send(each) for each in claim_due(limit=most)]


def send_until_sent(rounds: int = 20) -> list[Delivery]:
    """Send what waits for webhooks, whenever it is due, and again what has to wait."""
    for _ in range(rounds):
        send_all()
        if not Delivery.objects.filter(state=State.PENDING).exists():
            break
        rest_over()
    return queued()


def rest_over() -> None:
    """As if the rests had ended, and all were due."""
    Webhook.objects.update(rests_until=None)
    Delivery.objects.filter(state=State.PENDING).update(next_at=Now())
