"""An SMTP server for measurements and fault runs, which can also behave badly."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from config import local

if TYPE_CHECKING:
    from random import Random

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
RECIPIENT = re.compile(rb"<(.*?)>")
OK, GO_ON, BYE = b"250 OK\r\n", b"354 go on\r\n", b"221 bye\r\n"
NOBODY, LATER, NEVER = b"550 5.1.1 nobody\r\n", b"451 not now\r\n", b"554 not this\r\n"
GARBAGE = bytes(range(128, 256)) + b"\r\n\0\0 999 what? 250\r\n"
SLOW, BAD = 1.0, 0.5
LONGEST_MAIL = 2**22
WELL = "well"
HOW = ("refuses", "slow", "4xx", "5xx", "nobody", "garbage", "drops")
"""Ways to behave badly: towards half of the mails, but `refuses` and `slow` towards all."""


class Taken(NamedTuple):
    """A mail it has taken, at `time.monotonic()`; after `was_dropped` it has not said so."""

    message_id: str
    recipient: str
    at: float
    was_dropped: bool


class MailServer:
    """Takes `pause` seconds for each mail; `taken` are all mails so far.

    `misbehaved` says how often it did, but for refused connections.
    """

    def __init__(self, pause: float = 0.0, chance: Random | None = None) -> None:
        self.pause, self.how = pause, WELL
        self.taken: list[Taken] = []
        self.misbehaved = 0
        self.port = local.free_port()
        self._chance = chance
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    def start(self) -> None:
        self._thread.start()
        self.behave(WELL)

    def stop(self) -> None:
        self.behave("refuses")
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def behave(self, how: str) -> None:
        """From now on WELL, or in one of the ways of HOW."""
        self.how = how
        change = self._close() if how == "refuses" else self._open()
        asyncio.run_coroutine_threadsafe(change, self._loop).result()

    async def _open(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(
                self._serve, "127.0.0.1", self.port, limit=LONGEST_MAIL
            )

    async def _close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()

    async def _end(self) -> None:
        """End all conversations."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            writer.write(GARBAGE if self._is_bad("garbage") else b"220 here\r\n")
            await self._converse(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client is gone
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = ""
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"RCPT" and (found := RECIPIENT.search(line)):
                recipient = found[1].decode()
            if verb == b"DATA":
                writer.write(GO_ON)
                content = await reader.readuntil(b"\r\n.\r\n")
                await self._take(content, recipient, writer)
            elif verb == b"RCPT" and self._is_bad("nobody"):
                writer.write(NOBODY)
            else:
                writer.write(BYE if verb == b"QUIT" else OK)

    async def _take(self, content: bytes, recipient: str, writer: asyncio.StreamWriter) -> None:
        self.misbehaved += self.how == "slow"
        await asyncio.sleep(SLOW if self.how == "slow" else self.pause)
        for how, answer in (("4xx", LATER), ("5xx", NEVER)):
            if self._is_bad(how):
                writer.write(answer)
                return
        if writer.is_closing():
            return
        found, is_dropped = MESSAGE_ID.search(content), self._is_bad("drops")
        message_id = found[1].decode() if found else ""
        self.taken.append(Taken(message_id, recipient, time.monotonic(), is_dropped))
        if is_dropped:
            writer.transport.abort()
        else:
            writer.write(OK)

    def _is_bad(self, how: str) -> bool:
        is_bad = self.how == how and (self._chance is None or self._chance.random() < BAD)
        self.misbehaved += is_bad
        return is_bad
