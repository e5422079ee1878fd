"""Staff cancel what was not sent yet."""

import pytest
from django.db.models.functions import Now

from accounts.models import User
from core.errors import Refusal
from outbox.models import Delivery, State
from outbox.services import AlreadyDecided, BeingSent, cancel, claim_due
from tests.outbox.notes import claim, send, write
from tests.support.actors import by
from tests.support.databases import CommittedDatabase
from tests.support.factories import UserFactory
from tests.support.sink import Sink
from tests.support.threads import times


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory.create(is_staff=True)


def test_cancelled_delivery_is_never_sent(sink: Sink, staff: User) -> None:
    row = cancel(actor=by(staff), delivery=write())

    assert (row.state, row.reason) == (State.SKIPPED, "cancelled by staff")
    assert claim_due(limit=10) == []


def test_delivery_that_was_put_off_is_cancelled(sink: Sink, staff: User) -> None:
    sink.answers = ["451 not now"]
    write()
    put_off = send(claim())

    assert cancel(actor=by(staff), delivery=put_off).state == State.SKIPPED
    Delivery.objects.update(next_at=Now())
    assert claim_due(limit=10) == []


def test_delivery_that_is_being_sent_or_decided_is_not_cancelled(sink: Sink, staff: User) -> None:
    row = write()
    claimed = claim()
    with pytest.raises(BeingSent):
        cancel(actor=by(staff), delivery=row)

    send(claimed)
    with pytest.raises(AlreadyDecided):
        cancel(actor=by(staff), delivery=row)
    assert len(sink.mails) == 1


def test_cancelling_while_it_is_claimed_either_stops_it_or_is_refused(
    committed_db: CommittedDatabase, sink: Sink
) -> None:
    staff = UserFactory.create(is_staff=True)

    for number in range(10):
        row = write(f"note {number}")

        def race(turn: int, row: Delivery = row) -> str:
            if turn == 0:
                for claimed in claim_due(limit=10):
                    send(claimed)
                return "sent"
            try:
                return cancel(actor=by(staff), delivery=row).state
            except Refusal as refusal:
                return type(refusal).__name__

        before = len(sink.mails)
        [_, outcome] = times(2, race)
        row.refresh_from_db()

        was_cancelled = outcome == State.SKIPPED
        assert row.state == (State.SKIPPED if was_cancelled else State.SENT)
        assert len(sink.mails) - before == (0 if was_cancelled else 1)
