"""Follows a room and prints what happens there, through broken connections and restarts.

    pip install websockets
    GANTRY_TOKEN=... python follow.py https://gantry.example.com project:01a2... [--since 98]

It ends with 1 if the room may not be followed, or the token is not valid any more.
"""

import argparse
import json
import os
import random
import sys
import time
import urllib.request
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect

LOST = (OSError, TimeoutError, ConnectionClosed, InvalidHandshake)
LONGEST_PAUSE = 30.0
QUIET = 60.0  # seconds without a message after which the connection may be broken
FORBIDDEN = 403


class Ended(Exception):
    """There is no sense in connecting again."""


class Follower:
    """`seq` is the number of the last event that was printed: all there is to remember."""

    def __init__(self, server: str, room: str, token: str, since: int | None) -> None:
        self.server, self.room, self.token = server.rstrip("/"), room, token
        self.seq, self.attempts = since, 0

    def follow(self) -> None:
        """Follow the room until there is no sense in it."""
        while True:
            try:
                self.follow_once()
            except InvalidStatus as problem:
                if problem.response.status_code == FORBIDDEN:
                    raise Ended("This server does not want to be asked from here.") from None
                self.pause(problem)
            except LOST as problem:
                self.pause(problem)

    def pause(self, problem: Exception) -> None:
        """Wait longer each time, and not as long as all others who were disconnected."""
        self.attempts += 1
        seconds = random.uniform(0.5, 1) * min(2.0**self.attempts / 2, LONGEST_PAUSE)
        sys.stderr.write(f"{type(problem).__name__}; again in {seconds:.1f} s\n")
        time.sleep(seconds)

    def follow_once(self) -> None:
        """Follow the room until one of LOST."""
        url = self.server.replace("http", "ws", 1) + "/ws"
        headers = {"Authorization": f"Bearer {self.token}"}
        with connect(url, additional_headers=headers, max_size=None) as socket:
            since = {} if self.seq is None else {"since": self.seq}
            socket.send(json.dumps({"type": "subscribe", "room": self.room, **since}))
            while True:
                try:
                    message = socket.recv(timeout=QUIET)
                except TimeoutError:
                    socket.send('{"type": "ping"}')
                    message = socket.recv(timeout=QUIET)
                self.take(json.loads(message))

    def take(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribed":
            self.seq, self.attempts = message["seq"], 0
            sys.stderr.write(f"{message['count']} here; following after {self.seq}\n")
        elif message["type"] == "resync":
            raise Ended("The log is shorter than it was: read everything again.")
        elif message["type"] == "error" and message["code"] in {4400, 4401, 4403}:
            raise Ended(message["message"])
        elif "seq" in message:
            self.take_event(message)

    def take_event(self, message: dict[str, Any]) -> None:
        if message["seq"] <= self.seq:
            return
        if message["prev"] > self.seq:
            raise ConnectionError("an event is missing")  # subscribe again, with since
        event = message["event"] or self.read(message["seq"])
        print(message["seq"], message["type"], event["sentence"] if event else "")
        sys.stdout.flush()
        self.seq = message["seq"]

    def read(self, seq: int) -> dict[str, Any] | None:
        """An event that was too long to be sent; None if it may not be read any more."""
        kind, _, key = self.room.partition(":")
        if kind == "project":
            key = self.get(f"/api/projects/{key}")["data"]["workspace_id"]
        found = self.get(f"/api/workspaces/{key}/events?after={seq - 1}&limit=1")["data"]
        return found[0] if found and found[0]["seq"] == seq else None

    def get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        asked = urllib.request.Request(self.server + path, headers=headers)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("server", help="such as https://gantry.example.com")
    parser.add_argument("room", help="project:<id> or workspace:<id>")
    parser.add_argument("--since", type=int, help="begin after the event with this number")
    given = parser.parse_args()
    try:
        Follower(given.server, given.room, os.environ["GANTRY_TOKEN"], given.since).follow()
    except Ended as ended:
        sys.exit(str(ended))
    except KeyboardInterrupt:
        pass
