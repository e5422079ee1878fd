"""A socket that is opened while the credentials of the others are looked up."""

import asyncio
import threading
import time

import pytest

from accounts.models import User
from identity.services.kept_credentials import Kept
from realtime.live import hub as hub_module
from realtime.live.hub import Hub
from realtime.live.messages import Closing
from tests.support.cast import Cast


class Opened:
    """What the hub knows of a socket; `ended` once it was told to close."""

    def __init__(self, person: User, number: int) -> None:
        self.person = person.pk
        self.kept = Kept("session", str(person.pk), "", "", impersonator=str(number))
        self.since, self.ended, self.is_checked = time.monotonic(), False, asyncio.Event()
        self._state = ""

    @property
    def state(self) -> str:
        return self._state

    @state.setter
    def state(self, state: str) -> None:
        self._state = state
        self.is_checked.set()

    def end(self, closing: Closing) -> None:
        self.ended = True


async def check_while_opening(first: Opened, second: Opened) -> None:
    """Check the first one's credential; the second one comes before there is an answer."""
    hub, gate = Hub(), threading.Event()
    hub.enter(first)
    busy = asyncio.create_task(hub.live.run(gate.wait, 10))
    await asyncio.sleep(0.1)
    hub.enter(second)
    gate.set()
    await asyncio.wait_for(first.is_checked.wait(), 10)
    await hub.stop()
    await busy


@pytest.mark.usefixtures("committed_db")
def test_a_socket_that_was_not_asked_about_stays_open(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "CHECKED_EVERY", 0.01)
    first, second = Opened(cast.lea, 1), Opened(cast.lea, 2)
    asyncio.run(check_while_opening(first, second))
    assert (first.ended, second.ended) == (False, False)
