"""Bodies with files are limited together, on disk as others are in memory."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from config.bodies import IN_MEMORY, Bodies, Spool
from core.api.errors import TooLarge
from core.errors import Unavailable
from tests.support.full_disk import files_of_at_most

Receive = Callable[[], Awaitable[dict[str, Any]]]


def sending(*parts: bytes, ends: bool = True) -> Receive:
    """A client that sends these parts, then no more; the last one is the end, or it never comes."""
    left = list(parts)

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.sleep(60)
        part = left.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(left) or not ends}

    return receive


async def read(bodies: Bodies, receive: Receive) -> bytes:
    async with bodies.read(receive, 0) as body:
        assert isinstance(body, Spool)
        first, again = body.reader().read(), body.reader().read()
        assert first == again
        assert len(body) == bodies.held == len(first)
        return first


def test_a_body_is_read_from_its_file_more_than_once() -> None:
    bodies = Bodies(10 * IN_MEMORY, body=Spool)
    parts = [bytes([number]) * (IN_MEMORY // 2) for number in range(7)]
    assert asyncio.run(read(bodies, sending(*parts))) == b"".join(parts)
    assert bodies.held == 0


def test_the_oldest_body_that_is_not_complete_makes_room() -> None:
    bodies = Bodies(100, body=Spool, most_held=15)

    async def both() -> Any:
        oldest = asyncio.create_task(read(bodies, sending(b"x" * 10, ends=False)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        newer = asyncio.create_task(read(bodies, sending(b"y" * 5, b"y" * 5)))
        return await asyncio.gather(oldest, newer, return_exceptions=True)

    dropped, kept = asyncio.run(both())
    assert isinstance(dropped, Unavailable)
    assert kept == b"y" * 10
    assert bodies.held == 0


def test_a_body_is_refused_where_it_becomes_too_large() -> None:
    bodies = Bodies(8, body=Spool)
    with pytest.raises(TooLarge):
        asyncio.run(read(bodies, sending(b"x" * 5, b"x" * 5, ends=False)))
    assert bodies.held == 0


def test_a_body_is_refused_where_the_disk_has_no_room() -> None:
    bodies = Bodies(10 * IN_MEMORY, body=Spool)
    part = b"x" * (IN_MEMORY + 1)
    for last in (part, b"x"):  # written when it arrives, and when it is read
        with files_of_at_most(IN_MEMORY + 1), pytest.raises(Unavailable):
            asyncio.run(read(bodies, sending(part, last)))
    assert (bodies.held, bodies.arriving) == (0, {})


def test_a_body_is_refused_where_no_file_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(Unavailable):
        asyncio.run(read(Bodies(10, body=Spool), sending(b"x")))
