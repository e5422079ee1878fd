"""The ASGI application: WebSockets are handled by Channels, HTTP by Django in threads."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from channels.routing import URLRouter
from django.conf import settings
from django.urls import re_path

from config.bridge import Bridge
from config.start_check import OnceChecked
from config.wsgi import application as django
from realtime.live.hub import hub
from realtime.live.sockets import Socket

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
            await (sockets if await served.passes() else refuse)(scope, receive, send)
        case "lifespan":
            await _live(receive, send)


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse the handshake of a WebSocket: on an unknown path, or before the start checks."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


# The first request would load it otherwise, and wait for that.
import_module(settings.ROOT_URLCONF)
# Objects made at start-up live until the end: keep the garbage collector from scanning them.
gc.collect()
gc.freeze()

http = Bridge(
    cast("Any", django),
    threads=settings.WEB_THREADS,
    lock_seconds=settings.WEB_LOCK_SECONDS,
    most_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
)
served = OnceChecked(cast("Any", http))
sockets = URLRouter([re_path(r"^ws/?$", Socket.as_asgi()), re_path(r"", cast("Any", refuse))])


async def _live(receive: Receive, send: Send) -> None:
    await receive()
    try:
        await served.start()
    except SystemExit as refusal:
        await send({"type": "lifespan.startup.failed", "message": str(refusal)})
        return
    hub.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await hub.stop()
    http.stop()
    await send({"type": "lifespan.shutdown.complete"})
