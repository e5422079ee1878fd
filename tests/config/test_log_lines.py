"""Lines of the JSON log, of our own loggers and of those of libraries."""

import json
import logging
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.test import Client

from config.log_lines import JsonLines, as_line

ODD = ["\x1b[2J", "\x9b2J", "\u202e", "é\n", '"']
"""Characters that a terminal obeys, or that end a line or a text."""


def written(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What a server in production writes of everything that was logged."""
    logging_settings: Any = settings.LOGGING
    told_as = logging_settings["formatters"]["json"]
    formatter = JsonLines(**{name: value for name, value in told_as.items() if name != "()"})
    lines = [formatter.format(record) for record in caplog.records]
    assert all(line.isascii() and line.isprintable() for line in lines)
    return [json.loads(line) for line in lines]


@pytest.fixture(autouse=True)
def outside_of_requests() -> None:
    structlog.contextvars.clear_contextvars()


def test_an_event_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    structlog.get_logger("gantry.test").warning("request", path="/api/tasks", ms=0.2, person=None)
    [line] = written(caplog)
    assert line.pop("timestamp").endswith("Z")
    own = {"path": "/api/tasks", "ms": 0.2, "person": None}
    assert line == {**own, "event": "request", "level": "warning", "logger": "gantry.test"}


def test_every_line_is_printable_ascii(caplog: pytest.LogCaptureFixture) -> None:
    for text in ODD:
        structlog.get_logger("gantry.test").warning("request", path=text)
        logging.getLogger("library").warning(text)
    shown = [line.get("path", line["event"]) for line in written(caplog)]
    assert shown == [text for text in ODD for _ in range(2)]
    assert as_line({"path": "\ud800"}) == r'{"path":"\ud800"}'


def test_a_traceback_is_part_of_the_line(caplog: pytest.LogCaptureFixture) -> None:
    try:
        int("pmp_" + "s3cret" * 8)
    except ValueError:
        structlog.get_logger("gantry.test").exception("failed")
        logging.getLogger("library").exception("failed")
        lines = written(caplog)
    for line in lines:
        assert "literal for int() with base 10: 'pmp_•••••'" in line["exception"]


def test_no_record_looks_up_the_code_it_comes_from(caplog: pytest.LogCaptureFixture) -> None:
    structlog.get_logger("gantry.test").warning("request")
    logging.getLogger("library").warning("request")
    assert {record.lineno for record in caplog.records} == {0}


def test_a_foreign_host_is_only_in_the_line_of_its_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python writes to the standard error what has no handler; pytest adds its own to each."""
    logger = logging.getLogger("django.security.DisallowedHost")
    own = [each for each in logger.handlers if type(each).__module__ == "logging"]
    monkeypatch.setattr(logger, "handlers", own)
    assert Client().get("/api/tasks", headers={"Host": "evil.example"}).status_code == 400
    assert "evil.example" not in capsys.readouterr().err
