"""Taking what is due out of the outbox."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from outbox.models import Delivery, State
from outbox.services import claim_due, unused
from tests.outbox.notes import claim, send, write
from tests.support.databases import CommittedDatabase
from tests.support.sink import Sink
from tests.support.threads import times


def test_claim_due_gives_each_row_to_one_of_eight(committed_db: CommittedDatabase) -> None:
    rows = {write(str(number)).pk for number in range(40)}

    got = times(8, lambda _: [row for _ in range(8) for row in claim_due(limit=5)])

    claims = [claimed for share in got for claimed in share]

    assert len(claims) == len(rows)
    assert {claimed.delivery_id for claimed in claims} == rows


@pytest.mark.django_db
def test_claim_due_leaves_what_is_leased() -> None:
    write()

    assert not claim().lapsed
    assert claim_due(limit=10) == []


@pytest.mark.django_db
def test_claim_due_takes_over_when_the_lease_has_ended() -> None:
    write()
    first = claim()
    Delivery.objects.update(next_at=Now())

    second = claim()

    assert second.lapsed
    assert second.claim != first.claim


@pytest.mark.django_db
def test_claim_due_stops_when_enough_are_on_their_way() -> None:
    for number in range(5):
        write(str(number))

    assert len(claim_due(limit=10, in_flight=3)) == 3
    assert claim_due(limit=10, in_flight=3) == []
    assert Delivery.objects.filter(state=State.SENDING).count() == 3


@pytest.mark.django_db
def test_claim_due_takes_what_lapsed_before_what_is_new() -> None:
    old = write("old")
    claim()
    workspace = uuid4()
    Delivery.objects.update(next_at=Now(), workspace_id=workspace)
    for number in range(5):
        write(str(number))
    Delivery.objects.filter(state=State.PENDING).update(
        next_at=Now() - timedelta(minutes=1), workspace_id=workspace
    )

    assert [claimed.delivery_id for claimed in claim_due(limit=1)] == [old.pk]


@pytest.mark.django_db
def test_unused_names_the_claims_nobody_has_begun(sink: Sink) -> None:
    for key in ("begun", "waiting"):
        write(key)
    begun, waiting = claim_due(limit=2)
    send(begun)

    assert unused(claims=[begun, waiting]) == {waiting.claim}
