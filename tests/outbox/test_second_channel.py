"""A second channel, unknown to the outbox: queued, claimed, retried and fenced like mail."""

from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from outbox.mail import EMAIL
from outbox.models import Delivery, MailContent, State
from outbox.registry import Duplicate, composes, register_channel
from outbox.services import claim_due, deliver, enqueue, erase_deliveries_of, resend
from tests.outbox.http_channel.channels import HTTP, HttpChannel, channel, note
from tests.outbox.http_channel.peer import Peer
from tests.outbox.http_channel.posting import enqueue_note
from tests.outbox.notes import claim, send, write
from tests.support.actors import by
from tests.support.databases import CommittedDatabase
from tests.support.factories import UserFactory
from tests.support.sink import Sink
from tests.support.threads import times

in_database = pytest.mark.django_db


@in_database
def test_a_note_is_sent_and_recorded_by_its_channel(peer: Peer) -> None:
    enqueue_note()

    sent = send(claim())

    assert peer.taken == [{"id": f"{sent.pk}.0", "text": "Read me"}]
    assert (sent.state, sent.claim, sent.attempts) == (State.SENT, None, 1)
    assert channel.recorded[-1] == sent.pk
    assert not MailContent.objects.exists()


@in_database
def test_one_kind_is_composed_for_each_channel(peer: Peer, sink: Sink) -> None:
    enqueue_note("one")
    write("two")

    rows = [send(claimed) for claimed in claim_due(limit=10)]

    assert {(row.channel, row.state) for row in rows} == {(HTTP, "SENT"), (EMAIL, "SENT")}
    assert (len(peer.taken), len(sink.mails)) == (1, 1)


@in_database
@pytest.mark.parametrize(
    ("answer", "outages"),
    [(HTTPStatus.SERVICE_UNAVAILABLE, ["the peer is closed"]), (HTTPStatus.BAD_GATEWAY, [])],
)
def test_what_is_not_taken_is_tried_again(
    peer: Peer, answer: HTTPStatus, outages: list[str]
) -> None:
    channel.outages.clear()
    peer.answers = [answer]
    enqueue_note()

    waiting = send(claim())
    assert (waiting.state, waiting.attempts, waiting.claim) == (State.PENDING, 1, None)
    assert waiting.reason == f"NotTaken: {answer}"
    assert channel.outages == outages

    Delivery.objects.update(next_at=Now())
    assert send(claim()).state == State.SENT


@in_database
def test_what_has_to_wait_is_put_off_without_an_attempt(peer: Peer) -> None:
    enqueue_note(later=60)

    waiting = send(claim())

    assert (waiting.state, waiting.attempts, waiting.claim) == (State.PENDING, 0, None)
    assert waiting.reason == "not its turn"
    assert Delivery.objects.filter(next_at__gt=Now() + timedelta(seconds=55)).exists()
    assert (peer.taken, claim_due(limit=10)) == ([], [])


@in_database
def test_nobody_answers_and_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEER_URL", "http://127.0.0.1:1")
    enqueue_note()

    waiting = send(claim())

    assert waiting.state == State.PENDING
    assert waiting.reason.startswith("ConnectionRefusedError")


@in_database
def test_what_can_never_be_taken_is_dead(peer: Peer) -> None:
    peer.answers = [HTTPStatus.GONE]
    enqueue_note()

    dead = send(claim())

    assert (dead.state, dead.reason, dead.attempts) == (State.DEAD, "NotTaken: 410", 1)


@in_database
@pytest.mark.parametrize(
    ("payload", "reason"),
    [({"obsolete": True}, "nobody wants to know any more"), ({"muted": True}, "muted")],
)
def test_composer_and_review_may_skip(peer: Peer, payload: dict[str, bool], reason: str) -> None:
    enqueue_note("held back", **payload)

    skipped = send(claim())

    assert (skipped.state, skipped.reason, skipped.attempts) == (State.SKIPPED, reason, 1)
    assert peer.taken == []


@in_database
def test_a_lost_claim_sends_nothing(peer: Peer) -> None:
    enqueue_note()
    lost = claim()
    Delivery.objects.update(next_at=Now())
    held = claim()

    assert send(lost).state == State.SENDING
    assert send(held).state == State.SENT
    assert len(peer.taken) == 1


def test_a_claim_used_by_many_at_once_sends_once(
    committed_db: CommittedDatabase, peer: Peer
) -> None:
    enqueue_note()
    claimed = claim()

    times(8, lambda _: deliver(delivery_id=claimed.delivery_id, claim=claimed.claim))

    assert len(peer.taken) == 1
    assert Delivery.objects.get().attempts == 1


@in_database
def test_resend_marks_the_copy(peer: Peer) -> None:
    enqueue_note()
    first = send(claim())

    resend(actor=by(UserFactory.create(is_staff=True)), delivery=first)
    send(claim())

    assert [note["id"] for note in peer.taken] == [f"{first.pk}.0", f"{first.pk}.1"]


@in_database
def test_a_delivery_of_an_unknown_channel_is_dead_and_stops_no_other(peer: Peer) -> None:
    enqueue_note("first")
    enqueue_note("second")
    Delivery.objects.filter(dedupe_key="first").update(channel="unheard_of")

    rows = {row.dedupe_key: row for row in map(send, claim_due(limit=10))}

    assert rows["second"].state == State.SENT
    dead = rows["first"]
    assert (dead.state, dead.reason) == (State.DEAD, "there is no channel 'unheard_of'")


@in_database
def test_enqueue_refuses_an_unknown_channel() -> None:
    with pytest.raises(LookupError, match="there is no channel unheard_of"):
        enqueue(channel="unheard_of", kind="note", recipient_id=uuid4(), dedupe_key="x", payload={})


def test_registering_twice_is_refused() -> None:
    with pytest.raises(Duplicate):
        composes("note", channel=HTTP)(note)
    with pytest.raises(Duplicate):
        register_channel(HTTP, HttpChannel())


@in_database
def test_erasing_a_person_reaches_every_channel(peer: Peer) -> None:
    person = uuid4()
    to_them, naming = enqueue_note("to them"), enqueue_note("naming", actor=str(person))
    enqueue_note("other")
    Delivery.objects.filter(pk=to_them.pk).update(recipient_id=person)

    erase_deliveries_of(person_id=person, reason="the account is closed")

    assert channel.erased[-1] == ({to_them.pk}, {to_them.pk, naming.pk})
    assert Delivery.objects.get(pk=to_them.pk).state == State.SKIPPED
