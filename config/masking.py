"""What must not stand in a log: the secrets that some paths carry, and tokens wherever they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

MASK = "•••••"
# Pages that are gone are still asked for, with a key, by links in old mails; the last three are
# those of the front end, whose links may lead here by mistake.
PATHS = (
    r"/api/(?:invitations|unsubscribe)/",
    r"/accounts/password/reset/key/",
    r"/accounts/confirm-email/",
    r"(?:(?<=://)[^/\s]+|(?<![\w-]))/(?:invitations|reset-password|verify-email)/",
)
SECRET = re.compile(
    rf"(?P<path>{'|'.join(PATHS)})[^/\s?\"']+"
    r"|(?P<personal>\bpmp_)[A-Za-z0-9]{20,}"
    r"|(?P<signed>\beyJ)[\w-]{8,}\.[\w-]+\.[\w-]+"
)


def hide_secrets(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Cover the secrets in every text a line tells."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = masked(value)
    return event


def masked(text: str) -> str:
    return SECRET.sub(lambda found: f"{found[found.lastgroup or 0]}{MASK}", text)
