"""What a request costs this process, beside another one."""

import time
from collections.abc import Callable, Iterable
from statistics import median
from typing import Any

from django.db import connections, transaction

from core.limits import AUTONOMOUS

Ask = Callable[[], Any]
MOST = 10
"""How many times the cost of an ordinary request any other may cost."""
ROUNDS = (1, 3, 9)
"""Pairs in each attempt: a slow moment must not look like a dear request."""


def cost(ask: Ask) -> float:
    """Seconds of processor time; the effect is undone, and no limit is met."""
    with connections[AUTONOMOUS].cursor() as cursor:
        cursor.execute("DELETE FROM core_attemptcount")
    undo = transaction.savepoint()
    began = time.process_time()
    ask()
    taken = time.process_time() - began
    transaction.savepoint_rollback(undo)
    return taken


def dear_among(odd: Iterable[tuple[str, Ask]], ordinary: Ask) -> dict[str, float]:
    """Those that cost too much, with how many times the ordinary cost.

    All are undone, or a sign-out would end the session of the rest.
    """
    known, dear = 0.0, dict[str, float]()
    for name, ask in odd:
        taken = cost(ask)
        # Asked second, because the first time costs more.
        known = known or cost(ordinary)
        if taken > MOST * known and (times := times_as_dear(ask, ordinary)) > MOST:
            dear[name] = times
    return dear


def times_as_dear(odd: Ask, ordinary: Ask) -> float:
    """How many times the ordinary cost the odd one has, asked again while it seems too much."""
    times = 0.0
    for rounds in ROUNDS:
        pairs = [(cost(odd), cost(ordinary)) for _ in range(rounds)]
        times = median(pair[0] for pair in pairs) / median(pair[1] for pair in pairs)
        if times <= MOST:
            break
    return round(times, 1)
