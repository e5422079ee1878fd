"""Every line that is logged, and every secret that was in somebody's hands meanwhile."""

import base64
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test.client import Client, FakePayload
from structlog.stdlib import ProcessorFormatter

HEADERS = ("HTTP_X_SESSION_TOKEN", "HTTP_X_PASSWORD_RESET_KEY", "HTTP_X_CSRFTOKEN")
NAMES = re.compile(r"password|code|token|secret|key|nonce|state|url|signature|clientData")
"""Of fields and parameters whose values are secrets."""
NOT_SECRET = ("key_id", "totp_url", "callback_url", "avatar_url")
IN_MAILS = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|(?<=/)[\w:-]{20,}")
MAIL_SERVER = "mail.log"
"""The logger of the mail server of the tests, which writes down every letter."""
BROWSER = "/authorize?"
"""In lines of the test itself, which is the browser at the provider."""
SHORT = 12
"""Characters up to which a secret may stand by chance within a longer word."""


class Lines(logging.Handler):
    """As a server in production writes them, of all levels and loggers."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        told_as: Any = settings.LOGGING
        options = told_as["formatters"]["json"]
        self.setFormatter(
            ProcessorFormatter(**{name: value for name, value in options.items() if name != "()"})
        )
        self.text: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        if BROWSER not in line and record.name != MAIL_SERVER:
            self.text.append(line)


@dataclass
class Secrets:
    """Gathered from every request and answer of the clients of a test."""

    found: set[str] = field(default_factory=set)

    def add(self, *values: object) -> None:
        self.found.update(str(value) for value in values if len(str(value)) > 5)

    def gather(self, named: Any, name: str = "") -> None:
        """From a document: what stands under a telling name."""
        if isinstance(named, dict):
            for key, value in named.items():
                self.gather(value, key)
        elif isinstance(named, list):
            for value in named:
                self.gather(value, name)
        elif isinstance(named, str) and NAMES.search(name) and name not in NOT_SECRET:
            self.add(named)

    def of_request(self, environ: dict[str, Any]) -> None:
        body = environ["wsgi.input"].read() if "wsgi.input" in environ else b""
        environ["wsgi.input"] = FakePayload(body)
        self.add(environ.get("HTTP_AUTHORIZATION", "").partition(" ")[2])
        self.add(*[environ.get(name, "") for name in HEADERS])
        self.gather({name: values[0] for name, values in _query(environ).items()})
        if "json" in environ.get("CONTENT_TYPE", ""):
            self.gather(_json(body))
        else:
            self.gather(dict(parse_qsl(body.decode(errors="replace"))))
            self.gather(dict(re.findall(r'name="(\w+)"\r\n\r\n([^\r]*)', body.decode("latin-1"))))

    def of_answer(self, answer: Any) -> None:
        self.add(*[cookie.value for cookie in answer.cookies.values()])
        self.gather({name: values[0] for name, values in _query_of(answer).items()})
        told = _json(answer.content)
        if isinstance(told, dict):
            self.gather({**told, "code": ""} if told.get("success") is False else told)

    def of_mail(self, text: str) -> None:
        self.add(*IN_MAILS.findall(text))

    def told_in(self, lines: list[str]) -> dict[str, str]:
        """{secret: line} of those that were logged, plain, URL-encoded or in base64."""
        self.add(*Session.objects.values_list("session_key", flat=True))
        text = "\n".join(lines)
        return {
            secret: next((line for line in lines if shape.search(line)), "")
            for secret in self.found
            for shape in _shapes(secret)
            if shape.search(text)
        }


def _shapes(secret: str) -> Iterator[re.Pattern[str]]:
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    for spelling in {secret, quote(secret, safe=""), encoded, json.dumps(secret)[1:-1]}:
        edge = r"(?<![\w.])", r"(?![\w])"
        before, after = edge if len(spelling) <= SHORT else ("", "")
        yield re.compile(before + re.escape(spelling) + after)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _query(environ: dict[str, Any]) -> dict[str, list[str]]:
    return parse_qs(environ.get("QUERY_STRING", ""))


def _query_of(answer: Any) -> dict[str, list[str]]:
    return parse_qs(answer.get("Location", "").partition("?")[2])


def watched(secrets: Secrets, ask: Any) -> Any:
    """`Client.request` that lets nothing pass unseen."""

    def request(client: Client, **environ: Any) -> Any:
        secrets.of_request(environ)
        answer = ask(client, **environ)
        secrets.of_answer(answer)
        return answer

    return request
