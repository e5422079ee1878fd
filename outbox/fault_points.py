"""Places where a crash test may hold or kill the process, named by GANTRY_FAULTS; else nothing.

They are `outbox.after_claim`, `outbox.in_compose` (in its transaction), `outbox.before_send`, and
`outbox.after_send`, before that is saved; `jobs.after_claim`, and `jobs.before_commit` of a step;
`functions.after_claim`, and `functions.before_commit` of an effect; `clerk.before_commit`.
"""

import os
import signal
import time
from collections import Counter

from django.conf import settings


def _parsed(entry: str) -> tuple[str, str]:
    point, _, action = entry.partition("=")
    return point, action


POINTS = dict(map(_parsed, settings.FAULTS))
_hits: Counter[str] = Counter()


def hit(point: str) -> None:
    """Do what was asked for at this point.

    `sleep:` and seconds; or `kill:` and the number of the hit at which the process kills itself.
    """
    action, _, amount = POINTS.get(point, "").partition(":")
    if action == "sleep":
        time.sleep(float(amount))
    elif action == "kill":
        _hits[point] += 1
        if _hits[point] == int(amount):
            os.kill(os.getpid(), signal.SIGKILL)
