"""Log processor that shortens lost database connections to one line without a traceback."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.db.utils import InterfaceError, OperationalError

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

CLASSES = ("08", "53", "57P")
"""Beginnings of SQLSTATE: connection errors, too few resources, a session that was ended."""


def without_traceback(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace the traceback of a lost connection by the message; others keep theirs."""
    error = _error(event.get("exc_info"))
    if _is_lost_connection(error):
        del event["exc_info"]
        # libpq adds hints in further lines.
        event["problem"] = str(error).partition("\n")[0]
    return event


def _error(told: object) -> object:
    """The exception in `exc_info`, which may be a tuple, an exception or True."""
    if isinstance(told, tuple):
        return told[1]
    return sys.exception() if told is True else told


def _is_lost_connection(error: object) -> bool:
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(CLASSES)
