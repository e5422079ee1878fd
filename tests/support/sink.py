"""A mail server that keeps what it is given, or answers as it is told."""

import asyncio
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from config import local

TAKEN = "250 OK"


class Sink:
    """`answers` are given first, one per mail; only what is answered with 250 is kept.

    Every answer takes `pause` seconds; `arrived` says when each mail was kept.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []
        self.pause = 0.0
        self.arrived: dict[str, float] = {}
        self.port = local.free_port()
        self._server: Controller | None = None

    @property
    def recipients(self) -> list[str]:
        return sorted(str(mail["To"]) for mail in self.mails)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.pause)
        answer = self.answers.pop(0) if self.answers else TAKEN
        if answer == TAKEN:
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.arrived[str(mail["To"])] = time.monotonic()
        return answer

    def open(self) -> None:
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)
        self._server.start()

    def close(self) -> None:
        if self._server:
            self._server.stop()
            self._server = None


def part(mail: EmailMessage, kind: str) -> str:
    """The `plain` or `html` body."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())
