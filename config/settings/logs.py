"""Settings of the log: one line of JSON per event on standard output, with the request's id."""

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog

from config import env
from config.log_lines import JsonLines, render
from config.lost_connections import without_traceback
from config.masking import hide_secrets

if TYPE_CHECKING:
    from structlog.typing import Processor

LOG_LEVEL = env.one_of("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOG_FORMAT = env.one_of("LOG_FORMAT", ("json", "console"), "json")

# Keys of `extra` that are logged; libraries put whole requests and arguments there.
FACTS = (
    *("checkpoint", "claims", "count", "delivery", "function", "job", "message_id", "problem"),
    *("removed", "rule", "run"),
)
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
    """Whether to log Django's line about a failed request; not for 503, whose cause is logged."""
    return getattr(record, "status_code", 0) != HTTPStatus.SERVICE_UNAVAILABLE


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": JsonLines,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                hide_secrets,
                render,
            ],
            "foreign_pre_chain": _shared,
        },
        "console": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
                # The rich traceback would print local variables, which may be passwords.
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
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        # Where there is no handler at all, Python writes to the standard error itself.
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Requests are logged once, by config.middleware.RequestLog; Django adds tracebacks of errors.
    "loggers": {
        "django.request": {"level": "ERROR", "filters": ["unforeseen"]},
        "django.server": {"level": "WARNING"},
        # Scanners send any Host header; the line of the request shows the refusal.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
        "uvicorn.access": {"level": "WARNING"},
        # Periodic tasks run every few seconds; services log what they have done.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "django_structlog.celery.receivers": {"level": "WARNING"},
    },
}
# No line shows the thread, process or code it comes from, so records need not look them up.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
vars(logging)["_srcfile"] = None
DJANGO_STRUCTLOG_CELERY_ENABLED = True
structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
