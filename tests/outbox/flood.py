"""Much mail: how fast it leaves, and how long others wait behind that of one workspace."""

import time
from uuid import UUID, uuid4

from outbox.models import Delivery, State
from tests.outbox.notes import enqueue_account_mail, is_all_sent
from tests.support.programs import eventually
from tests.support.sink import Sink

FLOOD = 1000
SLOW = 0.25
"""Seconds the mail server takes for one mail of a flood."""
LONGEST_DELAY = 5.0


def put(workspace: UUID | None, *addresses: str) -> None:
    """Mail of a workspace to these addresses, or account mail."""
    enqueue_account_mail((address, workspace) for address in addresses)


def seconds_for(sink: Sink, count: int) -> float:
    """From the commit until so many further mails, of ten workspaces, have arrived."""
    workspaces = [uuid4() for _ in range(10)]
    before, start = len(sink.mails), time.monotonic()
    enqueue_account_mail(
        (f"{uuid4().hex}@example.com", workspaces[number % 10]) for number in range(count)
    )
    eventually(lambda: len(sink.mails) >= before + count)
    return time.monotonic() - start


def check_that_a_flood_delays_nobody(sink: Sink) -> None:
    """Neither account mail nor that of another workspace, while the mail server is slow."""
    sink.pause, before = SLOW, len(sink.mails)
    put(uuid4(), *(f"{uuid4().hex}@example.com" for _ in range(FLOOD)))
    eventually(lambda: len(sink.mails) >= before + 5)
    sent = len(sink.mails)
    delays = [delay for _ in range(3) for delay in _delays(sink)]
    assert max(delays) < LONGEST_DELAY, delays
    eventually(lambda: len(sink.mails) > sent + len(delays))  # the flood goes on as well
    flood = Delivery.objects.filter(state=State.PENDING)
    assert flood.count() > FLOOD / 4
    flood.close(State.SKIPPED)
    sink.pause = 0
    eventually(is_all_sent)


def _delays(sink: Sink) -> list[float]:
    """Seconds from the commit to the mail server, of two mails."""
    mails = {f"{uuid4().hex}@example.com": workspace for workspace in (None, uuid4())}
    start = time.monotonic()
    for address, workspace in mails.items():
        put(workspace, address)
    eventually(lambda: mails.keys() <= sink.arrived.keys())
    return [sink.arrived[address] - start for address in mails]
