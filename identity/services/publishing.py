"""Publishing events of what allauth does: sign-ins, failed ones, second factors."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction

from accounts.models import User
from core.actor import Actor
from core.events import Event, publish
from core.limits import count
from core.transaction_ends import at_transaction_end
from identity.events import SecondFactorAdded, SecondFactorRemoved, SignedIn, SignInFailed
from identity.limits import FAILURES_IN_ALL, FAILURES_OF, FAILURES_TOLD

GUESSING = Actor.system("somebody failed to sign in")
MARKS = frozenset(10**power for power in range(10))
"""The numbers of failures that are published."""
FIRST_MARK_IN_ALL = 100


@transaction.atomic
def publish_sign_in(*, person: User, methods: Iterable[str]) -> None:
    known = tuple(dict.fromkeys(methods))
    publish(SignedIn(actor=Actor(user=person), person=person, methods=known))


def publish_failed_sign_in(*, email: str) -> None:
    """Count a failure for the address and in all; a flood of guesses is a few events.

    What is published of addresses is limited as well: a flood of different ones is seen in the
    count of all. An address without an account costs the same statements as one with an account.
    """
    failures, in_all = count(FAILURES_OF, email), count(FAILURES_IN_ALL, "")
    if in_all and in_all in MARKS and in_all >= FIRST_MARK_IN_ALL:
        _publish_failures(person=None, failures=in_all, in_all=True)
    if failures and failures in MARKS and count(FAILURES_TOLD, "") is not None:
        person = User.objects.registered_as(email).first()
        _publish_failures(person=person, failures=failures)


def _publish_failures(**facts: Any) -> None:
    """After the request's transaction, if it has one: the refusal that follows would undo it."""
    at_transaction_end(partial(_publish, SignInFailed(actor=GUESSING, **facts)))


@transaction.atomic
def _publish(event: Event) -> None:
    publish(event)


@transaction.atomic
def publish_added_factor(*, person: User, kind: str, factor_id: int) -> None:
    publish(
        SecondFactorAdded(actor=Actor(user=person), person=person, kind=kind, factor_id=factor_id)
    )


@transaction.atomic
def publish_removed_factor(*, person: User, kind: str, factor_id: int) -> None:
    publish(
        SecondFactorRemoved(actor=Actor(user=person), person=person, kind=kind, factor_id=factor_id)
    )
