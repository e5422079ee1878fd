"""How a database that is away stands in the log."""

import logging
import sys
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError
from structlog.stdlib import ProcessorFormatter


def written(error: OperationalError, cause: psycopg.Error | None) -> str:
    """What stands in the log of a library that met the error."""
    logging_settings: Any = settings.LOGGING
    told_as = logging_settings["formatters"]["console"]
    options = {name: value for name, value in told_as.items() if name != "()"}
    try:
        raise error from cause
    except OperationalError:
        record = logging.LogRecord("beat", logging.ERROR, "", 0, "failed", None, sys.exc_info())
    return ProcessorFormatter(**options).format(record)


@pytest.mark.parametrize(
    "cause", [psycopg.OperationalError(), psycopg.errors.AdminShutdown(), None]
)
def test_a_lost_connection_is_one_line_with_its_reason(cause: psycopg.Error | None) -> None:
    line = written(OperationalError("connection refused\n\tIs it running?"), cause)
    assert line.splitlines() == [line]
    assert "failed" in line
    assert "problem='connection refused'" in line


@pytest.mark.parametrize(
    "cause", [psycopg.errors.QueryCanceled(), psycopg.errors.LockNotAvailable()]
)
def test_other_trouble_of_the_database_keeps_its_traceback(cause: psycopg.Error) -> None:
    assert "Traceback" in written(OperationalError("canceling statement"), cause)
