"""A client that follows rooms by a socket, and checks that nothing is lost or doubled."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.sync.client import ClientConnection, connect

if TYPE_CHECKING:
    from random import Random

    from dev.faults.asking import Api
    from dev.faults.copies import Copy

LOST = (OSError, ConnectionClosed, InvalidHandshake, InvalidMessage, TimeoutError)
QUIET = 10.0
"""Seconds without a message after which the client asks whether somebody is there."""
LONGEST_PAUSE = 0.3
NO_ROOM = 4403


class Followed:
    """A room: its copy, the last number served, and the numbers of its events."""

    def __init__(self, copy: Copy) -> None:
        self.copy = copy
        self.seq: int | None = None
        self.last = 0
        """The log's last number when the room was subscribed to."""
        self.seen: list[int] = []
        self.is_closed = False
        """Whether it may not be followed now, as while its project is deleted."""


class Follower(threading.Thread):
    """Follows rooms, at one process after the other; `faults` is what should not have happened."""

    def __init__(self, person: str, api: Api, rooms: dict[str, Copy], chance: Random) -> None:
        super().__init__(daemon=True)
        self.person, self.api, self.chance = person, api, chance
        self.rooms = {name: Followed(copy) for name, copy in rooms.items()}
        self.faults: list[str] = []
        self.counts: Counter[str] = Counter()
        self.is_stopping = False
        self._connection: ClientConnection | None = None

    def run(self) -> None:
        while not self.is_stopping:
            try:
                self._follow()
            except LOST as problem:
                self.counts[f"lost: {type(problem).__name__}"] += 1
                time.sleep(self.chance.uniform(0, LONGEST_PAUSE))
            except (AssertionError, SystemExit, LookupError, TypeError) as problem:
                self._blame(f"the client failed: {problem!r}")
                return

    def cut(self) -> None:
        """Break the connection, if there is one, without a word to either side."""
        connection = self._connection
        if connection is not None:
            with suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self.is_stopping = True
        self.cut()

    def has(self, numbers: dict[str, int]) -> bool:
        """Whether these rooms have been served up to their numbers, and the others are closed."""
        return all(
            room.is_closed
            if name not in numbers
            else not room.is_closed and room.seq is not None and room.seq >= numbers[name]
            for name, room in self.rooms.items()
        )

    def _follow(self) -> None:
        with connect(**self._credential(), open_timeout=10, close_timeout=1, max_size=None) as here:
            self._connection = here
            self.counts["connections"] += 1
            for name, followed in self.rooms.items():
                if not followed.is_closed:
                    self._subscribe(here, name)
            while not self.is_stopping:
                try:
                    self.take(json.loads(here.recv(timeout=QUIET)))
                except TimeoutError:
                    here.send('{"type": "ping"}')
                    self.take(json.loads(here.recv(timeout=QUIET)))
                self._open_rooms(here)

    def _open_rooms(self, connection: ClientConnection) -> None:
        """Follow projects again that are back, as the first room, the workspace's, says."""
        first = next(iter(self.rooms.values()))
        projects = first.copy.rows["project"]
        if first.seq is not None and first.seq >= first.last:
            for name, followed in self.rooms.items():
                if followed.is_closed and followed.copy.project in projects:
                    followed.is_closed = False
                    self._subscribe(connection, name)

    def _subscribe(self, connection: ClientConnection, room: str) -> None:
        seq = self.rooms[room].seq
        since = {} if seq is None else {"since": seq}
        connection.send(json.dumps({"type": "subscribe", "room": room, **since}))

    def _credential(self) -> dict[str, Any]:
        """Address and headers of the handshake, with a ticket or with the token itself."""
        where = self.api.url().replace("http", "ws", 1) + "/ws"
        if self.chance.random() < 0.5:
            return {
                "uri": where,
                "additional_headers": {"Authorization": f"Bearer {self.api.token}"},
            }
        answer = self.api.send("POST", "/realtime/ticket")
        if answer is None or not answer.ok:
            raise ConnectionError
        return {"uri": f"{where}?ticket={answer.json()['data']['ticket']}"}

    def take(self, message: Any) -> None:
        kind, followed = message["type"], self.rooms.get(message.get("room"))
        if followed is None:
            self.counts[kind] += 1
            if kind == "error":
                self.counts[f"error {message['code']} {message['message']}"] += 1
        elif "event" in message and "seq" in message:
            self._take_event(followed, message)
        elif kind == "subscribed":
            self._begin(followed, message)
        elif kind == "error" and message["code"] == NO_ROOM:
            self.counts["rooms closed"] += 1
            followed.is_closed = True
            if project := followed.copy.project:
                for each in self.rooms.values():
                    each.copy.read_again(project)
        elif not kind.startswith("presence"):
            self._blame(f"unexpected: {message}")

    def _begin(self, followed: Followed, message: Any) -> None:
        followed.last = message["last"]
        if followed.seq is None:
            followed.seq = message["seq"]
            followed.copy.load()
            return
        self.counts["resumed"] += 1
        if message["seq"] != followed.seq or message["last"] < followed.seq:
            self._blame(f"resumed after {followed.seq}: {message}")

    def _take_event(self, followed: Followed, message: Any) -> None:
        seq, prev, last = message["seq"], message["prev"], followed.seq or 0
        if prev != last:
            self._blame(f"{message['room']}: {seq} with prev {prev} came after {last}")
        if seq <= last:
            self._blame(f"{message['room']}: {seq} came again after {last}")
            return
        event = message["event"] or self._read(followed.copy.workspace, seq)
        if event is not None:
            if (event["seq"], f"{event['entity']}:{event['action']}") != (seq, message["type"]):
                self._blame(f"{message['type']} {seq} has another event: {event}")
            followed.copy.apply(event)
        self.counts["events"] += 1
        followed.seen.append(seq)
        followed.seq = seq

    def _read(self, workspace: str, seq: int) -> Any:
        """An event that was too long to be sent; None if it may not be read any more."""
        self.counts["read because too long"] += 1
        path = f"/workspaces/{workspace}/events?after={seq - 1}&limit=1"
        return next((event for event in self.api.row(path) if event["seq"] == seq), None)

    def _blame(self, fault: str) -> None:
        self.faults.append(fault[:1000])
