"""Places where a crash test may stop the process; GANTRY_FAULTS names them, or nothing happens."""

import os
import signal
import time

from django.conf import settings


def _parsed(entry: str) -> tuple[str, str]:
    point, _, action = entry.partition("=")
    return point, action


POINTS = dict(map(_parsed, settings.FAULTS))


def hit(point: str) -> None:
    """Do what was asked for at this point: `kill`, or `sleep:` and seconds."""
    action, _, seconds = POINTS.get(point, "").partition(":")
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "sleep":
        time.sleep(float(seconds))
