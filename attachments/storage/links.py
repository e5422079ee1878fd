"""Addresses of this server at which a file is read or stored without another credential."""

import time
from typing import NamedTuple

from django.conf import settings

from attachments.storage.base import LINK_SECONDS
from core.sealing import seal, unseal

SEALED = "attachment"
LONGEST = 300
"""Most characters of a token."""


class Opened(NamedTuple):
    purpose: str
    row: str


def link_for(purpose: str, row: str) -> str:
    """An absolute address that is good for LINK_SECONDS."""
    until = int(time.time()) + LINK_SECONDS
    token = seal(SEALED, f"{purpose}/{row}/{until}")
    return f"{settings.PUBLIC_URL}/api/files/{token}"


def opened(token: str) -> Opened | None:
    """What a token permits; None for one that is not ours, or too old."""
    text = unseal(SEALED, token) if len(token) <= LONGEST and token.isascii() else None
    if text is None:
        return None
    purpose, row, until = text.split("/")
    return Opened(purpose, row) if int(until) > time.time() else None
