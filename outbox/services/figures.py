"""How many deliveries wait, and how many were given up, for staff and monitoring."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from core.context import as_system
from outbox.models import UNDECIDED, Delivery, State
from outbox.registry import channels

LATELY = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The deliveries of one channel; those planned for later, such as digests, are not counted.

    `pending` are due, put off or being sent, the oldest of them for `oldest`; `put_off` are those
    of them that failed at least once. `dead` were given up LATELY.
    """

    pending: int = 0
    oldest: timedelta = timedelta()
    put_off: int = 0
    dead: int = 0


@as_system("counting deliveries")
def figures_by_channel() -> dict[str, Figures]:
    """The figures of each channel, by the database's clock."""
    waiting, dead = _waiting(), _dead()
    names = sorted({*channels(), *waiting, *dead})
    return {name: Figures(**waiting.get(name, {}), dead=dead.get(name, 0)) for name in names}


def _waiting() -> dict[str, dict[str, Any]]:
    """`pending`, `oldest` and `put_off` by channel, from the index `deliveries_by_patience`."""
    due = Delivery.objects.filter(state__in=UNDECIDED, queued_at__lte=Now())
    counted = (
        due.order_by()
        .values("channel")
        .annotate(
            pending=Count("channel"),
            oldest=Now() - Min("queued_at"),
            put_off=Count("channel", filter=Q(attempts__gt=0)),
        )
    )
    return {row.pop("channel"): row for row in counted}


def _dead() -> dict[str, int]:
    """How many were given up LATELY, by channel, from the index `deliveries_unsent`."""
    dead = Delivery.objects.filter(state=State.DEAD, next_at__gt=Now() - LATELY)
    return dict(dead.order_by().values_list("channel").annotate(amount=Count("channel")))
