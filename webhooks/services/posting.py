"""Posting a body to a target over a connection of its own, with limits on time and size."""

import io
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from http.client import HTTPConnection, HTTPException
from typing import Any, NamedTuple

from webhooks.services.targets import Target, addresses_of

CONNECT_SECONDS = 3.0
SECONDS = 10.0
"""For the whole exchange, from connecting to the end of the answer's head."""
BODY_SECONDS = 1.0
"""For the body of the answer, which is not used: leaving at once would look like a failure."""
MOST_BYTES = 64 * 1024
MOST_TRIED = 3
"""How many addresses of one host are tried."""


class Answer(NamedTuple):
    status: int
    milliseconds: int


class TooLong(OSError):
    """The answer's head has more than MOST_BYTES."""


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post the body; redirects are not followed, and of the answer only the status is used.

    NotAllowed before anything is sent; OSError or HTTPException if there is no answer.
    """
    addresses = addresses_of(target)
    since = time.monotonic()
    exchange = _Exchange(target, addresses, since + SECONDS)
    connection = HTTPConnection(target.host, target.port)
    connection.sock = exchange
    try:
        connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": target.authority, **headers}.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.putheader("Accept-Encoding", "identity")
        connection.putheader("Connection", "close")
        connection.endheaders(body)
        answer = connection.getresponse()
        milliseconds = int((time.monotonic() - since) * 1000)
        exchange.end_within(BODY_SECONDS)
        with suppress(OSError, HTTPException):
            while answer.read1(MOST_BYTES):
                pass
        return Answer(answer.status, milliseconds)
    finally:
        exchange.end()


class _Exchange:
    """A socket as `http.client` uses it, that ends at a deadline and after MOST_BYTES.

    A time-out of a plain socket begins anew with each byte.
    """

    def __init__(self, target: Target, addresses: list[str], deadline: float) -> None:
        self._deadline, self._left = deadline, MOST_BYTES
        self._socket = _connected(addresses, target.port, time.monotonic() + CONNECT_SECONDS)
        if target.is_secure:
            plain = self._socket
            try:
                self._hurry()
                self._socket = _context().wrap_socket(plain, server_hostname=target.host)
            except BaseException:
                plain.close()
                raise

    def end_within(self, seconds: float) -> None:
        """Bring the deadline forward."""
        self._deadline = min(self._deadline, time.monotonic() + seconds)

    def sendall(self, data: Any) -> None:
        rest = memoryview(data)
        while rest:
            self._hurry()
            rest = rest[self._socket.send(rest[:MOST_BYTES]) :]

    def receive_into(self, buffer: Any) -> int:
        if self._left <= 0:
            raise TooLong("the answer is too long")
        self._hurry()
        count = self._socket.recv_into(memoryview(buffer)[: self._left])
        self._left -= count
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Received(self))

    def close(self) -> None:
        """Nothing: `http.client` is done with a socket before the body of an answer is read."""

    def end(self) -> None:
        self._socket.close()

    def _hurry(self) -> None:
        """Let the next operation end before the deadline."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer takes too long")
        self._socket.settimeout(left)


class _Received(io.RawIOBase):
    def __init__(self, exchange: _Exchange) -> None:
        super().__init__()
        self._exchange = exchange

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._exchange.receive_into(buffer)


def _connected(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """A connection to the first of these addresses that accepts one before the deadline."""
    problem: OSError = TimeoutError("no connection in time")
    for address in addresses[:MOST_TRIED]:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except OSError as refusal:
            problem = refusal
    raise problem


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()
