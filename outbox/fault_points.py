"""Places where a crash test may hold the process; GANTRY_FAULTS names them, or nothing happens."""

import time

from django.conf import settings


def _parsed(entry: str) -> tuple[str, str]:
    point, _, action = entry.partition("=")
    return point, action


POINTS = dict(map(_parsed, settings.FAULTS))


def hit(point: str) -> None:
    """Do what was asked for at this point: `sleep:` and seconds."""
    action, _, seconds = POINTS.get(point, "").partition(":")
    if action == "sleep":
        time.sleep(float(seconds))
