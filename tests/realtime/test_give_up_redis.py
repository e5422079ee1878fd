"""The list of people while the connection to Redis is given up."""

import asyncio
import os

import pytest
from pytest_django import Settings

from realtime.live.peers import Peers


async def people_while_giving_up() -> tuple[list[str], int]:
    """Ask for the people of a room when the client is gone, and nobody has been told yet."""
    reached = asyncio.Event()

    def present() -> dict[str, dict[str, str]]:
        reached.set()
        return {}

    peers = Peers(heard=lambda _: None, present=present, changed=lambda: None)
    running = asyncio.create_task(peers.run())
    await asyncio.wait_for(reached.wait(), 10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert peers.is_reached
    return await peers.people("room")


@pytest.mark.usefixtures("broker")
def test_nobody_is_listed_of_other_processes(settings: Settings) -> None:
    settings.REDIS_URL = os.environ["REDIS_URL"]
    assert asyncio.run(people_while_giving_up()) == ([], 0)
