"""One server for everything: sockets go to Channels, HTTP to Django's threads."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any, cast

from channels.routing import URLRouter
from django.conf import settings
from django.urls import re_path

from config.bridge import Bridge
from config.start_check import OnceChecked
from config.wsgi import application as django

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    match scope["type"]:
        case "http":
            await served(scope, receive, send)
        case "websocket":
            await sockets(scope, receive, send)
        case "lifespan":
            await _live(receive, send)


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """An unknown socket path ends in the handshake, before anything is accepted."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


# What start-up has made stays for good; the collector need not walk it again and again.
gc.collect()
gc.freeze()

http = Bridge(
    cast("Any", django),
    threads=settings.WEB_THREADS,
    lock_seconds=settings.WEB_LOCK_SECONDS,
    most_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
)
served = OnceChecked(cast("Any", http))
sockets = URLRouter([re_path(r"", cast("Any", refuse))])


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    try:
        await served.start()
    except SystemExit as refusal:
        await send({"type": "lifespan.startup.failed", "message": str(refusal)})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    http.stop()
    await send({"type": "lifespan.shutdown.complete"})
