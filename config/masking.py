"""What must not stand in a log: the secrets that some paths carry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

SECRET = re.compile(r"(/api/(?:invitations|unsubscribe)/)[^/\s?]+")
TOLD_IN = ("event", "path")


def hide_secrets(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Cover the secret of every path a line tells of."""
    for key in TOLD_IN:
        if isinstance(text := event.get(key), str):
            event[key] = SECRET.sub(r"\1•••••", text)
    return event
