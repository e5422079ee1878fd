"""Formatter of the JSON log, which does nothing twice for events of our own loggers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from structlog.stdlib import ProcessorFormatter

if TYPE_CHECKING:
    from logging import LogRecord

_encode = json.JSONEncoder(default=repr).encode


class JsonLines(ProcessorFormatter):
    """Writes finished events as they are; runs its processors for those of libraries."""

    def format(self, record: LogRecord) -> str:
        event = record.msg
        # structlog has run the processors already; only a traceback has to be rendered still.
        if isinstance(event, dict) and hasattr(record, "_logger") and "exc_info" not in event:
            return _encode(event)
        return super().format(record)
