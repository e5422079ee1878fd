"""Staff send something once more, and what is given up or forgotten."""

from datetime import timedelta

import pytest
from django.db.models import F

from accounts.models import User
from core.retention import apply_rules
from outbox.models import Delivery, State
from outbox.services import StillOnItsWay, resend, sweep
from tests.outbox.notes import claim, send, write
from tests.support.actors import by
from tests.support.factories import UserFactory
from tests.support.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return UserFactory.create(is_staff=True)


def test_resend_sends_a_copy_that_is_known_as_one(sink: Sink, staff: User) -> None:
    write()
    first = send(claim())

    again = resend(actor=by(staff), delivery=first)
    assert (again.state, again.attempts, again.generation) == (State.PENDING, 0, 1)
    send(claim())

    assert [mail["Message-ID"] for mail in sink.mails] == [
        f"<{first.pk}.0@example.com>",
        f"<{first.pk}.1@example.com>",
    ]


def test_resend_of_what_is_still_on_its_way_is_refused(staff: User) -> None:
    with pytest.raises(StillOnItsWay):
        resend(actor=by(staff), delivery=write())


def test_sweep_gives_up_after_three_days() -> None:
    write("old")
    fresh = write("fresh")
    Delivery.objects.filter(dedupe_key="old").update(
        queued_at=F("queued_at") - timedelta(hours=73), reason="451 not now"
    )

    sweep()
    sweep()

    old = Delivery.objects.get(dedupe_key="old")
    assert (old.state, old.reason) == (State.DEAD, "given up after 72 hours: 451 not now")
    fresh.refresh_from_db()
    assert fresh.state == State.PENDING


def test_what_was_done_a_month_ago_is_removed(sink: Sink) -> None:
    write("done")
    send(claim())
    write("waiting")
    Delivery.objects.update(next_at=F("next_at") - timedelta(days=31))

    apply_rules(within=1)

    assert [row.dedupe_key for row in Delivery.objects.all()] == ["waiting"]
