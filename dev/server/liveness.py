"""Checks over HTTP, without blocking, whether a program still answers."""

from __future__ import annotations

import socket
import time

QUESTION = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
PERIOD = 2.0
"""Seconds from one request to the next, after the first answer."""
START_PERIOD = 0.5
"""Seconds from one request to the next, before the first answer."""
PATIENCE = 12.0
"""Seconds without an answer after which the program has failed; a busy one may be slow."""
START_PATIENCE = 120.0
"""Seconds until the first answer after which the program has failed."""
STALLED = 3.0
"""Seconds between two calls of `has_failed` after which this process was not running itself."""


class LivenessProbe:
    """Sends one request at a time; any answer counts, whatever its status."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self._line: socket.socket | None = None
        self.restart()

    def restart(self) -> None:
        """Reset the state, for a program that has just been started."""
        self._hang_up()
        self.has_answered = False
        self._heard_at = self._asked_at = self._turned_at = time.monotonic()

    def has_failed(self) -> bool:
        """Send or receive, whichever is due; whether the program has failed to answer in time.

        Must be called several times per second.
        """
        now = time.monotonic()
        if now - self._turned_at > STALLED:
            # The machine was suspended, or this process stopped: it could not receive an answer.
            self._heard_at = now
        self._turned_at = now
        period = PERIOD if self.has_answered else START_PERIOD
        if self._line is None and now - self._asked_at > period:
            self._ask(now)
        if self._line and self._hears(self._line):
            self._heard_at, self.has_answered = now, True
            self._hang_up()
        return now - self._heard_at > (PATIENCE if self.has_answered else START_PATIENCE)

    def _ask(self, now: float) -> None:
        family = socket.AF_INET6 if ":" in self.address[0] else socket.AF_INET
        self._line, self._asked_at = socket.socket(family), now
        self._line.settimeout(0)
        self._line.connect_ex(self.address)
        self._is_sent = False

    def _hears(self, line: socket.socket) -> bool:
        try:
            self._is_sent = self._is_sent or line.send(QUESTION) > 0
            answer = line.recv(64)
        except BlockingIOError:
            return False
        except OSError:
            answer = b""
        if not answer:
            self._hang_up()
        return bool(answer)

    def _hang_up(self) -> None:
        if self._line:
            self._line.close()
        self._line = None
