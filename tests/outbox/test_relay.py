"""One turn of the relay, and the entries beat has for the same work."""

import pytest
from django.db.models.functions import Now

from outbox import background, local_sender, periodic
from outbox.models import Delivery, RelayProcess, State
from outbox.relay import NAME, Relay, note_presence
from tests.outbox.notes import claim, write
from tests.support.databases import CommittedDatabase
from tests.support.programs import eventually
from tests.support.sink import Sink


@pytest.mark.django_db
def test_note_presence_keeps_one_row_for_each_relay() -> None:
    note_presence()
    first = RelayProcess.objects.get(name=NAME).seen_at
    note_presence()

    assert RelayProcess.objects.get().seen_at > first


def test_scans_that_fail_do_not_keep_others_from_running(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    broken = periodic.Scan(lambda: seen.index("missing"), every=60)
    monkeypatch.setattr(periodic, "_scans", [broken, periodic.Scan(lambda: seen.append("ran"), 60)])

    periodic.run_due()
    periodic.run_due()

    assert seen == ["ran"]


def test_turn_sends_by_itself_what_nobody_took_up(
    committed_db: CommittedDatabase, sink: Sink
) -> None:
    write()
    claim()
    Delivery.objects.update(next_at=Now())
    relay = Relay()

    assert relay.turn()
    relay.stop()
    relay.run()

    assert len(sink.mails) == 1
    assert Delivery.objects.get().state == State.SENT


def test_a_mail_server_that_is_silent_does_not_keep_the_relay_from_stopping(
    committed_db: CommittedDatabase, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_sender, "LONGEST_STOP", 0.1)
    sink.pause = 2
    write()
    claim()
    Delivery.objects.update(next_at=Now())
    relay = Relay()
    relay.turn()
    relay.stop()
    relay.run()

    assert Delivery.objects.get().state == State.SENDING
    eventually(lambda: Delivery.objects.get().state == State.SENT)


@pytest.mark.django_db
def test_deliver_due_does_the_work_where_no_relay_runs(sink: Sink) -> None:
    for number in range(3):
        write(str(number))

    background.deliver_due()
    background.deliver_due()
    background.sweep()

    assert len(sink.mails) == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}


@pytest.mark.django_db
def test_deliver_entry_takes_ids_as_text(sink: Sink) -> None:
    write()
    claimed = claim()

    background.deliver(delivery_id=str(claimed.delivery_id), claim=str(claimed.claim))

    assert len(sink.mails) == 1
