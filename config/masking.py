"""Log processor that masks secrets: those in some URL paths, and tokens anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

MASK = "•••••"
# Also of pages that were removed, because links in old mails still lead there. The last pattern is
# for pages of the front end, whose links may be sent here by mistake.
PATHS = (
    r"/api/(?:invitations|(?:notifications/)?unsubscribe|files)/",
    r"/calendar/",
    r"/accounts/password/reset/key/",
    r"/accounts/confirm-email/",
    r"(?:(?<=://)[^/\s]+|(?<![\w-]))/(?:invitations|reset-password|verify-email)/",
)
SECRET = re.compile(
    rf"(?P<path>{'|'.join(PATHS)})[^/\s?\"']+"
    r"|(?P<personal>\bpmp_)[A-Za-z0-9]{20,}"
    r"|(?P<signed>\beyJ)[\w-]{8,}\.[\w-]+\.[\w-]+"
)

SIGNS = (
    *("pmp_", "eyJ", "invitations/", "unsubscribe/", "/files/", "/calendar/"),
    *("key/", "-password/", "-email/"),
)
"""One of them stands in front of every secret; it takes a tenth of the time to look for them."""


def hide_secrets(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Mask secrets in all texts of a log event."""
    texts = {key: value for key, value in event.items() if isinstance(value, str)}
    if _may_have_secrets("\n".join(texts.values())):
        event.update({key: masked(text) for key, text in texts.items()})
    return event


def masked(text: str) -> str:
    if not _may_have_secrets(text):
        return text
    return SECRET.sub(lambda found: f"{found[found.lastgroup or 0]}{MASK}", text)


def _may_have_secrets(text: str) -> bool:
    return any(sign in text for sign in SIGNS)
