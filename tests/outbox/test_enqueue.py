"""Putting something into the outbox."""

from uuid import uuid4

import pytest
from django.db import transaction

from outbox.mail import EMAIL
from outbox.models import Delivery
from outbox.services import enqueue
from tests.outbox.notes import write
from tests.support.databases import CommittedDatabase


@pytest.mark.django_db
def test_enqueue_twice_makes_one_row() -> None:
    first = write("same")

    assert write("same") == first
    assert Delivery.objects.count() == 1


def test_enqueue_outside_a_transaction_is_refused(committed_db: CommittedDatabase) -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        enqueue(channel=EMAIL, kind="note", recipient_id=uuid4(), dedupe_key="lonely", payload={})

    assert not Delivery.objects.exists()


def test_enqueue_vanishes_with_the_change_it_belongs_to(committed_db: CommittedDatabase) -> None:
    with transaction.atomic():
        enqueue(channel=EMAIL, kind="note", recipient_id=uuid4(), dedupe_key="undone", payload={})
        transaction.set_rollback(True)

    assert not Delivery.objects.exists()
