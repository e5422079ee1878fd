"""Messages of the protocol, and the codes with which a socket is closed. See docs/realtime.md."""

from functools import lru_cache
from typing import Any, NamedTuple

import orjson

MALFORMED = 4400
SIGNED_OUT = 4401
REFUSED = 4403
UNKNOWN_PATH = 4404
TOO_SLOW = 4408
ONLY_TEXT = 1003
TOO_MANY = 1008
FAILED = 1011
TRY_LATER = 1013
LARGEST_NUMBER = 2**63 - 1
LONGEST_EVENT = 50
LARGEST_COLLABORATION = 16 * 1024
"""Bytes of the data of a collaboration event, as JSON."""


class Closing(Exception):
    """The socket is to be closed with this code; the reason is told before."""

    def __init__(self, code: int, reason: str, room: str | None = None) -> None:
        super().__init__(reason)
        self.code, self.reason, self.room = code, reason, room


class Message(NamedTuple):
    """A message of a client; fields that its type does not have are as here."""

    type: str
    room: str = ""
    since: int | None = None
    event: str = ""
    data: Any = None


REQUIRED: dict[str, tuple[str, ...]] = {
    "ping": (),
    "subscribe": ("room",),
    "unsubscribe": ("room",),
    "presence": ("room",),
    "collaboration": ("room", "event"),
}
"""By type, the fields that are texts and must be there."""


def read_message(text: str | None) -> Message:
    """The message in a frame, None for a binary one; or Closing."""
    if text is None:
        raise Closing(ONLY_TEXT, "Messages are texts.")
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Closing(MALFORMED, "A message is a JSON object.") from None
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        raise Closing(MALFORMED, "A message is a JSON object with a type.")
    required = REQUIRED.get(content["type"])
    if required is None:
        raise Closing(MALFORMED, f"Known types are {', '.join(REQUIRED)}.")
    given = {name: content[name] for name in Message._fields if name in content}
    message = Message(**given)
    for name in required:
        if not isinstance(given.get(name), str) or not given[name]:
            raise Closing(MALFORMED, f"A {message.type} message has a text {name}.")
    _check(message)
    return message


def _check(message: Message) -> None:
    since = message.since
    if since is not None and (
        not isinstance(since, int) or isinstance(since, bool) or not 0 <= since <= LARGEST_NUMBER
    ):
        raise Closing(MALFORMED, "since is the number of an event.")
    if message.type == "collaboration" and (flaw := flaw_of(message.event, message.data)):
        raise Closing(MALFORMED, flaw)


def flaw_of(event: str, data: Any) -> str:
    """What is wrong with a collaboration event, "" if nothing is."""
    if len(event) > LONGEST_EVENT or not event.isprintable():
        return f"The event's name has at most {LONGEST_EVENT} characters."
    try:
        size = len(orjson.dumps([data])) - 2  # as deep as it is sent
    except (orjson.JSONEncodeError, RecursionError):
        return "The event's data cannot be written as JSON."
    if size > LARGEST_COLLABORATION:
        return f"The event's data has at most {LARGEST_COLLABORATION} bytes as JSON."
    return ""


def collaboration(event: str, data: Any, person: Any) -> dict[str, Any]:
    """What the others in a room are told; `person` has `_asdict`."""
    return {"type": "collaboration", "event": event, "data": data, "person": person._asdict()}


def as_text(**content: Any) -> str:
    return orjson.dumps(content).decode()


@lru_cache(maxsize=64)
def in_room(name: str, tail: str) -> str:
    """A message as the followers of a room get it; one text, for however many it waits."""
    return f'{{"room":"{name}",{tail}'


@lru_cache(maxsize=16)
def pushed(room: str, seq: int, prev: int, kind: str, document: str) -> str:
    """An event for the followers of a room, one text for most; its document is JSON already."""
    return f'{{"type":"{kind}","room":"{room}","seq":{seq},"prev":{prev},"event":{document}}}'
