"""Answers that go on for as long as the client reads, sent without a thread."""

from collections.abc import AsyncGenerator, Callable

from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response

EVENTS = "text/event-stream"
STREAM = {"description": "Events as docs/realtime.md has them, one after the other."}
"""The schema of a stream. Without a type: of one event it is another than of all of them."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class LiveAnswer(Response):
    """Server-sent events; `live` gives the pieces, which `config.bridge` sends."""

    def __init__(self, live: Callable[[], AsyncGenerator[bytes]]) -> None:
        super().__init__(headers=HEADERS)
        self.live = live

    @property
    def rendered_content(self) -> str:
        self["Content-Type"] = EVENTS
        return ""


class EventRenderer(BaseRenderer):
    """Offers server-sent events to those who accept nothing else; a `LiveAnswer` has its own."""

    media_type = EVENTS
    format = "events"
