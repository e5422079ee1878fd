"""ASGI wrapper that answers 503 until the start checks of the database have passed."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import structlog

from core.api.envelope import failure
from core.api.renderers import to_json
from core.checks import refuse_flawed_database

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Probes of an orchestrator, which are answered without the checks: they show no rows.
HEALTH = frozenset({"/livez", "/readyz", "/health", "/api/health"})
PAUSE = 1.0
"""Seconds between two checks while the database does not answer, or has a flaw."""

_log = structlog.get_logger("gantry.start")


def is_probe(path: str) -> bool:
    """Whether the path is one of `HEALTH`, with or without trailing slashes."""
    return path.rstrip("/") in HEALTH


class OnceChecked:
    """Passes requests on once all start checks have passed; until then it answers 503.

    The checks run at the start. If the database was unavailable then, they run again with the
    requests that follow, at most once per PAUSE.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self._is_passed = False
        self._asked_at = 0.0
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Run the checks; SystemExit if the database must not be served."""
        self._is_passed = await asyncio.to_thread(refuse_flawed_database)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_probe(scope["path"]) or await self.passes():
            await self.app(scope, receive, send)
        else:
            await _answer_unavailable(send)

    async def passes(self) -> bool:
        """Whether the checks have passed, now or earlier."""
        if self._is_passed:
            return True
        async with self._turn:
            if not self._is_passed and time.monotonic() - self._asked_at > PAUSE:
                try:
                    await self.start()
                except SystemExit as refusal:
                    _log.critical("not_served", reason=str(refusal))
                self._asked_at = time.monotonic()
        return self._is_passed


async def _answer_unavailable(send: Send) -> None:
    message = "The service does not serve its database yet. Try again in a moment."
    body = to_json(failure(message, "unavailable", "", retry_after=1))
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"1")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})
