"""Sending one claimed delivery."""

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from outbox.models import Delivery, State
from outbox.services import deliver
from tests.outbox.notes import claim, send, write
from tests.support.sink import Sink, part

pytestmark = pytest.mark.django_db


def test_deliver_sends_and_keeps_what_was_sent(sink: Sink) -> None:
    write()

    sent = send(claim())

    [mail] = sink.mails
    assert (mail["To"], mail["Subject"]) == ("max@example.com", "A note")
    assert (part(mail, "plain").strip(), part(mail, "html").strip()) == (
        sent.mail.text,
        sent.mail.html,
    )
    assert mail["Message-ID"] == sent.mail.message_id == f"<{sent.pk}.0@example.com>"
    assert (sent.state, sent.claim, sent.attempts) == (State.SENT, None, 1)
    assert sent.sent_at is not None


def test_deliver_records_why_it_sent_nothing(sink: Sink) -> None:
    write(obsolete=True)

    skipped = send(claim())

    assert (skipped.state, skipped.reason) == (State.SKIPPED, "nobody wants to know any more")
    assert sink.mails == []


def test_deliver_with_a_lost_claim_sends_nothing(sink: Sink) -> None:
    write()
    sleeper = claim()
    Delivery.objects.update(next_at=Now())
    owner = claim()

    assert send(sleeper).state == State.SENDING
    assert sink.mails == []
    assert send(owner).state == State.SENT
    assert send(owner).attempts == 1
    assert len(sink.mails) == 1


def test_deliver_uses_a_claim_up(sink: Sink) -> None:
    sink.answers = ["451 not now"]
    write()
    claimed = claim()

    assert send(claimed).state == send(claimed).state == State.PENDING
    assert Delivery.objects.get().attempts == 1
    assert sink.mails == []


@pytest.mark.parametrize("answer", ["451 try again later", "421 too busy"])
def test_deliver_waits_longer_each_time_it_is_put_off(sink: Sink, answer: str) -> None:
    row = write()
    pauses = []
    for _ in range(5):
        sink.answers = [answer]
        Delivery.objects.update(next_at=Now())
        row = send(claim())
        pauses.append((row.next_at - timezone.now()).total_seconds())

    assert row.state == State.PENDING
    assert answer[:3] in row.reason
    assert pauses == sorted(pauses)
    for exponent, pause in enumerate(pauses, start=1):
        assert 2**exponent - 1 < pause <= 2**exponent * 1.25


def test_deliver_is_tried_at_least_hourly(sink: Sink) -> None:
    sink.answers = ["451 not now"]
    write()
    Delivery.objects.update(attempts=300)

    row = send(claim())

    assert 3500 < (row.next_at - timezone.now()).total_seconds() <= 3600 * 1.25


def test_deliver_tries_again_when_nobody_answers(sink: Sink) -> None:
    sink.close()
    write()

    row = send(claim())

    assert (row.state, row.claim) == (State.PENDING, None)
    assert row.reason.startswith("ConnectionRefusedError")


def test_deliver_keeps_what_it_cannot_compose(sink: Sink) -> None:
    write()
    Delivery.objects.update(kind="of_the_future")

    row = send(claim())

    assert (row.state, row.reason) == (State.PENDING, "KeyError: 'of_the_future'")


def test_deliver_of_a_row_that_is_gone_does_nothing(sink: Sink) -> None:
    write()
    claimed = claim()
    Delivery.objects.all().delete()

    deliver(delivery_id=claimed.delivery_id, claim=claimed.claim)

    assert sink.mails == []
