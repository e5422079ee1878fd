"""Publishing and subscribing."""

from collections import defaultdict
from dataclasses import dataclass

import pytest
from django.db import transaction

from core import events
from core.events import Event, publish, subscribe, subscribers
from tests.support.actors import by
from tests.support.databases import CommittedDatabase


@dataclass(frozen=True, kw_only=True)
class BellRang(Event):
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class BigBellRang(BellRang):
    pass


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What a subscriber of BellRang heard, in a registry of its own."""
    monkeypatch.setattr(events, "_receivers", defaultdict(list))
    found: list[Event] = []
    subscribe(BellRang)(found.append)
    return found


def test_an_event_is_heard_with_all_it_carries(db: None, heard: list[Event]) -> None:
    rang = BellRang(actor=by(None), times=3, changes={"times": {"old": 0, "new": 3}})
    publish(rang)
    assert heard == [rang]


def test_an_event_is_heard_by_its_exact_class_only(db: None, heard: list[Event]) -> None:
    publish(BigBellRang(actor=by(None)))
    publish(Event(actor=by(None)))
    assert heard == []
    assert subscribers(BigBellRang) == []


def test_an_event_outside_a_transaction_is_an_error(
    committed_db: CommittedDatabase, heard: list[Event]
) -> None:
    with pytest.raises(RuntimeError, match="BellRang was published outside a transaction"):
        publish(BellRang(actor=by(None)))
    assert heard == []
    with transaction.atomic():
        publish(BellRang(actor=by(None)))
    assert len(heard) == 1


def test_a_subscriber_can_stop_the_change(db: None, heard: list[Event]) -> None:
    @subscribe(BellRang)
    def refuse(event: BellRang) -> None:
        raise ValueError(event.times)

    with pytest.raises(ValueError, match="2"):
        publish(BellRang(actor=by(None), times=2))
    assert len(heard) == 1
