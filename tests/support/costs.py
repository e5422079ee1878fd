"""What a request costs this process, beside another one."""

import time
from collections.abc import Callable
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


def times_as_dear(odd: Ask, ordinary: Ask, known: float) -> float:
    """How many times the ordinary cost (`known` from before) the odd one has, 0 if within MOST."""
    if cost(odd) <= MOST * known:
        return 0
    times = 0.0
    for rounds in ROUNDS:
        pairs = [(cost(odd), cost(ordinary)) for _ in range(rounds)]
        times = median(pair[0] for pair in pairs) / median(pair[1] for pair in pairs)
        if times <= MOST:
            return 0
    return round(times, 1)
