"""One line of JSON per event on standard output, with the request's id on each."""

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog

from config import env
from config.lost_connections import without_traceback
from config.masking import hide_secrets

if TYPE_CHECKING:
    from structlog.typing import Processor

LOG_LEVEL = env.one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOG_FORMAT = env.one_of("LOG_FORMAT", ("json", "console"), "json")

# What our own lines carry as `extra`; libraries put whole requests and arguments there.
FACTS = ("claims", "count", "delivery", "problem", "removed", "rule")
_shared: "list[Processor]" = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(FACTS),
    without_traceback,
    structlog.processors.TimeStamper(fmt="iso"),
    hide_secrets,
]


def is_unforeseen(record: logging.LogRecord) -> bool:
    """Whether Django's line about a request tells more than ours: 503 has said why already."""
    return getattr(record, "status_code", 0) != HTTPStatus.SERVICE_UNAVAILABLE


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                hide_secrets,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": _shared,
        },
        "console": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
                # A framed traceback would print local variables, passwords among them.
                structlog.dev.ConsoleRenderer(
                    colors=False,
                    pad_event_to=0,
                    pad_level=False,
                    exception_formatter=structlog.dev.plain_traceback,
                ),
            ],
            "foreign_pre_chain": _shared,
        },
    },
    "filters": {"unforeseen": {"()": "django.utils.log.CallbackFilter", "callback": is_unforeseen}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # A request is told of once, by config.middleware.RequestLog; a fault has its traceback, too.
    "loggers": {
        "django.request": {"level": "ERROR", "filters": ["unforeseen"]},
        "django.server": {"level": "WARNING"},
        # Scanners ask for any Host; the line of the request tells of the refusal.
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        "uvicorn.access": {"level": "WARNING"},
        # Scans run every few seconds; what one has done is told by the service that did it.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "django_structlog.celery.receivers": {"level": "WARNING"},
    },
}
DJANGO_STRUCTLOG_CELERY_ENABLED = True
structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
