"""Formatter of the JSON log, which does nothing twice for events of our own loggers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
from structlog.stdlib import ProcessorFormatter

if TYPE_CHECKING:
    from logging import LogRecord

_escaped = json.JSONEncoder(default=repr, separators=(",", ":")).encode


class JsonLines(ProcessorFormatter):
    """Writes finished events as they are; runs its processors for those of libraries."""

    def format(self, record: LogRecord) -> str:
        event: Any = record.msg
        # structlog has run the processors already; only a traceback has to be rendered still.
        if isinstance(event, dict) and hasattr(record, "_logger") and "exc_info" not in event:
            return as_line(event)
        return super().format(record)


def as_line(event: dict[str, Any]) -> str:
    """The event as JSON in ASCII, because a terminal obeys some other characters."""
    try:
        line = orjson.dumps(event, default=repr)
    except TypeError:  # lone surrogates, or keys that are no text
        return _escaped(event)
    return line.decode() if line.isascii() else _escaped(event)


def render(_logger: object, _method: str, event: Any) -> str:
    """`as_line` as a processor."""
    return as_line(event)
