"""Whose turn it is: one post at a time to a webhook, few to a workspace, none while it rests.

Otherwise a server that answers slowly, or not at all, would take up all who send.
"""

from datetime import timedelta
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Now, Random

from core.context import as_system
from core.errors import NotFound
from outbox.models import Delivery, State
from outbox.registry import Later
from webhooks.models import Webhook, WebhookContent
from webhooks.services.posting import SECONDS
from webhooks.services.queueing import WEBHOOK
from webhooks.services.targets import LOOK_UP_SECONDS
from webhooks.services.webhooks import give_up

MOST_AT_ONCE = 3
"""About how many posts of one workspace run at a time."""
LONGEST_TURN = timedelta(seconds=2 * (SECONDS + LOOK_UP_SECONDS))
"""When the turn of a sender that died has ended."""
SHORTEST_WAIT = 0.2
SHORTEST_SPREAD, LONGEST_SPREAD = 1.0, 60.0
"""Seconds over which what waits is spread, so that not all of it is looked at at once."""
COUNTED = 500
"""How many waiting deliveries are counted."""
FIRST_REST, LONGEST_REST = 5, 600
"""Seconds for which nothing is sent after the first failure in a row, and at most."""
MOST_FAILURES, LONGEST_FAILING = 10, timedelta(hours=1)
"""After so many failures in a row, over so long, a webhook is disabled."""
BUSY, RESTS = "another post to this webhook is under way", "the webhook did not answer lately"


def take_turn(webhook: Webhook) -> Later | None:
    """Take the turn in the current transaction; Later if it is not ours yet.

    NotFound if the webhook was deleted meanwhile.
    """
    rows = Webhook.objects.filter(pk=webhook.pk).select_for_update(no_key=True, of=("self",))
    found: Any = rows.annotate(now=Now(), chance=Random()).first()
    if found is None:
        raise NotFound
    if found.rests_until and found.rests_until > found.now:
        left = (found.rests_until - found.now).total_seconds()
        return Later(left + found.chance * _spread(found), RESTS)
    busy = Webhook.objects.filter(workspace_id=webhook.workspace_id, busy_until__gt=Now())
    is_busy = found.busy_until and found.busy_until > found.now
    if is_busy or busy.count() >= MOST_AT_ONCE:
        return Later(SHORTEST_WAIT + found.chance * _spread(found), BUSY)
    Webhook.objects.filter(pk=webhook.pk).update(busy_until=Now() + LONGEST_TURN)
    return None


@as_system("ending a turn of a webhook")
def end_turn(*, webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(busy_until=None)


@as_system("noting that a webhook has answered")
def note_success(*, webhook: Webhook, delivery: Delivery, status: int, milliseconds: int) -> None:
    _note_answer(delivery, status, milliseconds)
    Webhook.objects.filter(pk=webhook.pk).update(
        busy_until=None,
        rests_until=None,
        failures=0,
        failing_since=None,
        milliseconds=milliseconds,
    )


@as_system("noting that a webhook has not taken something")
def note_failure(
    *, webhook: Webhook, delivery: Delivery, status: int | None, milliseconds: int, gone: bool
) -> None:
    """Let it rest, the longer the more often it has failed; disable it if it fails for long.

    `gone` if it answers that it never takes anything again.
    """
    _note_answer(delivery, status, milliseconds)
    found = Webhook.objects.for_lock(webhook.pk).first()
    if found is None:
        return
    found.failures += 1
    rest = timedelta(seconds=min(LONGEST_REST, FIRST_REST * 2 ** min(found.failures - 1, 10)))
    Webhook.objects.filter(pk=found.pk).update(
        busy_until=None,
        failures=found.failures,
        failing_since=Coalesce(F("failing_since"), Now()),
        rests_until=Now() + rest,
        milliseconds=milliseconds,
    )
    found.milliseconds = milliseconds
    _put_off(found, rest)
    long_ago = Q(failing_since__lte=Now() - LONGEST_FAILING, failures__gte=MOST_FAILURES)
    is_hopeless = gone or Webhook.objects.filter(long_ago, pk=found.pk).exists()
    if found.is_enabled and is_hopeless:
        reason = "It answered 410 Gone." if gone else f"{found.failures} posts in a row failed."
        give_up(webhook=found, reason=reason)


def _note_answer(delivery: Delivery, status: int | None, milliseconds: int) -> None:
    rows = WebhookContent.objects.filter(pk=delivery.pk)
    rows.update(status_code=status, milliseconds=milliseconds)


def _put_off(webhook: Webhook, rest: timedelta) -> None:
    """Let no sender look at what waits for it before the rest ends."""
    early = _waiting(webhook).filter(next_at__lt=Now() + rest)
    keys = early.select_for_update(no_key=True, of=("self",), skip_locked=True).values("pk")
    spread = Value(timedelta(seconds=_spread(webhook))) * Random()
    later = ExpressionWrapper(Value(rest) + spread, output_field=DurationField())
    Delivery.objects.filter(pk__in=keys).update(next_at=Now() + later)


def _spread(webhook: Webhook) -> float:
    """The seconds that what waits will take, one after the other."""
    waiting = _waiting(webhook)[:COUNTED].count()
    return min(LONGEST_SPREAD, max(SHORTEST_SPREAD, waiting * webhook.milliseconds / 1000))


def _waiting(webhook: Webhook) -> QuerySet[Delivery]:
    return Delivery.objects.filter(recipient_id=webhook.pk, channel=WEBHOOK, state=State.PENDING)
