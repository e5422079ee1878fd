"""A database that is away is told in one line, wherever a program or a library notices it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.db.utils import InterfaceError, OperationalError

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

CLASSES = ("08", "53", "57P")
"""Of SQLSTATE: connections, resources such as their number, and the end of a session."""


def without_traceback(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Tell why, instead of where; errors of another kind keep their traceback."""
    error = _error(event.get("exc_info"))
    if _is_lost_connection(error):
        del event["exc_info"]
        # PostgreSQL's library adds advice in further lines.
        event["problem"] = str(error).partition("\n")[0]
    return event


def _error(told: object) -> object:
    """The exception, in whichever form logging was given it."""
    if isinstance(told, tuple):
        return told[1]
    return sys.exception() if told is True else told


def _is_lost_connection(error: object) -> bool:
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(CLASSES)
