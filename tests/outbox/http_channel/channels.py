"""Notes that are posted as JSON to the peer at PEER_URL."""

import json
import os
from collections.abc import Collection
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from outbox.models import Delivery
from outbox.registry import (
    Channel,
    Failure,
    Later,
    Skip,
    composes,
    reason_of,
    register_channel,
    reviews,
)

HTTP = "http"
TIMEOUT = 5


class NotTaken(Exception):
    """The peer answered with this status."""


class HttpChannel(Channel[dict[str, str], bytes]):
    """Keeps in memory what it was asked to record and to erase."""

    def __init__(self) -> None:
        self.recorded: list[UUID] = []
        self.erased: list[tuple[set[UUID], set[UUID]]] = []
        self.outages: list[str] = []

    def render(self, delivery: Delivery, draft: dict[str, str]) -> bytes:
        return json.dumps({"id": f"{delivery.pk}.{delivery.generation}", **draft}).encode()

    def record(self, delivery: Delivery, message: bytes) -> None:
        self.recorded.append(delivery.pk)

    def send(self, delivery: Delivery, message: bytes) -> str:
        peer = HTTPConnection(urlsplit(os.environ["PEER_URL"]).netloc, timeout=TIMEOUT)
        try:
            peer.request("POST", "/", message)
            answer = peer.getresponse()
        finally:
            peer.close()
        if answer.status != HTTPStatus.OK:
            raise NotTaken(answer.status)
        return answer.reason

    def classify(self, error: Exception) -> Failure:
        if not isinstance(error, NotTaken):
            return super().classify(error)
        [status] = error.args
        is_closed = status == HTTPStatus.SERVICE_UNAVAILABLE
        return Failure(
            reason=reason_of(error),
            is_final=status == HTTPStatus.GONE,
            outage="the peer is closed" if is_closed else "",
        )

    def record_outage(self, outage: str) -> None:
        self.outages.append(outage)

    def erase(self, *, to: Collection[UUID], naming: Collection[UUID]) -> None:
        self.erased.append((set(to), set(naming)))


channel = HttpChannel()
register_channel(HTTP, channel)


@composes("note", channel=HTTP)
def note(delivery: Delivery) -> dict[str, str] | Skip | Later:
    if seconds := delivery.payload.get("later"):
        return Later(seconds, "not its turn")
    if delivery.payload.get("obsolete"):
        return Skip("nobody wants to know any more")
    return {"text": "Read me"}


@reviews(channel=HTTP)
def hold_back(delivery: Delivery, message: Any) -> Any:
    return Skip("muted") if delivery.payload.get("muted") else message
