"""Putting events into the outbox for a webhook again, and test events.

The first time a trigger of the log does it, for all webhooks that want the event.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction

from activity.models import Event
from activity.rights import OF_PROJECTS, OF_WORKSPACES
from core.actor import Actor
from core.errors import Conflict, NotFound
from core.models import uuid7
from core.rights import require
from outbox.models import Delivery
from outbox.services import enqueue_all
from webhooks.models import Webhook
from workspaces.models import Workspace
from workspaces.rights import MANAGE_WEBHOOKS

WEBHOOK = "webhook"
"""The channel of the outbox by which events leave."""
EVENT, TRIAL = "event", "test"
"""The kinds of its deliveries."""
TOLD = frozenset({*OF_PROJECTS, *OF_WORKSPACES})
MOST_REPLAYED = 1000
"""How many events, or deliveries, are sent again at once."""


class WebhookIsDisabled(Conflict):
    message = "The webhook is disabled; enable it first."


@transaction.atomic
def queue_test(*, actor: Actor, webhook: Webhook) -> Delivery:
    """A test event, which is posted even if the webhook is disabled."""
    _require(actor, webhook)
    trial = uuid7()
    delivery = Delivery(
        channel=WEBHOOK,
        kind=TRIAL,
        recipient_id=webhook.pk,
        dedupe_key=f"{WEBHOOK}:test:{trial}",
        payload={"event": str(trial), "type": "webhook.test", "actor": _text(actor.person_id)},
        workspace_id=webhook.workspace_id,
    )
    enqueue_all(deliveries=[delivery])
    return delivery


@transaction.atomic
def replay_range(*, actor: Actor, webhook: Webhook, after: int, through: int) -> int:
    """Send the events with the numbers after `after` up to `through` again; how many.

    Those among them that were never sent to the webhook are sent as well. What waits to be sent
    is left alone. The ids of messages stay, so that their receiver can tell them.
    """
    _require(actor, webhook, enabled=True)
    rows = Event.objects.filter(workspace_id=webhook.workspace_id, seq__gt=after, seq__lte=through)
    wanted = [
        delivery_of(event, webhook)
        for event in rows.order_by("seq")
        if _is_told(event) and webhook.wants(event.entity, event.action)
    ]
    known = Delivery.objects.filter(dedupe_key__in=[each.dedupe_key for each in wanted])
    renewed = _renewed(known.order_by("pk"))
    before = known.count()
    if wanted:
        enqueue_all(deliveries=wanted)
    return renewed + len(wanted) - before


@transaction.atomic
def replay_deliveries(*, actor: Actor, webhook: Webhook, ids: Collection[UUID]) -> int:
    """Send these deliveries again, unless they wait to be sent; NotFound if one is not known."""
    _require(actor, webhook, enabled=True)
    known = Delivery.objects.filter(pk__in=ids, channel=WEBHOOK, recipient_id=webhook.pk)
    if known.count() != len({*ids}):
        raise NotFound
    return _renewed(known.order_by("pk"))


def delivery_of(event: Event, webhook: Webhook) -> Delivery:
    return Delivery(
        channel=WEBHOOK,
        kind=EVENT,
        recipient_id=webhook.pk,
        dedupe_key=f"{WEBHOOK}:{event.pk}:{webhook.pk}",
        payload={
            "event": str(event.pk),
            "type": f"{event.entity}.{event.action}",
            # Whose texts are in it, so that they can be erased.
            "actor": _text(event.actor_id),
        },
        workspace_id=event.workspace_id,
    )


def _is_told(event: Event) -> bool:
    """Not what one person alone may read."""
    return event.entity in TOLD and event.private_to is None


def _renewed(rows: Iterable[Delivery]) -> int:
    locked = Delivery.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    keys = list(locked.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    return Delivery.objects.filter(pk__in=keys).renew()


def _require(actor: Actor, wanted: Webhook, *, enabled: bool = False) -> None:
    """Refuse without the right, under the locks of the workspace and the webhook."""
    workspace = Workspace.objects.locked(wanted.workspace_id, alive=True)
    require(MANAGE_WEBHOOKS, workspace, actor)
    webhook = Webhook.objects.locked(wanted.pk)
    if enabled and not webhook.is_enabled:
        raise WebhookIsDisabled


def _text(pk: UUID | None) -> str | None:
    return str(pk) if pk else None
