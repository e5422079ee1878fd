"""The numbers of an inbox grow with each change, and nobody waits for another in a circle."""

from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from activity.receivers import LOGGED
from core.actor import Actor
from core.events import subscribers
from core.models import uuid7
from notifications.models import InboxCounter, Notification
from notifications.receivers import HEARERS
from notifications.services.inbox import inbox_of, number_now, read_all, set_read
from notifications.services.telling import tell
from projects.services.projects import create_project
from tasks.events import TaskAssigned
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.threads import during, times
from workspaces.services.workspaces import add_member

NOBODY = Actor.system("tests")
committed = pytest.mark.usefixtures("committed_db")


def about(person: User) -> Notification:
    return Notification(kind="OVERDUE", key=str(uuid7()), recipient=person)


def told(*people: User) -> None:
    tell(actor=NOBODY, notifications=[about(person) for person in people])


def numbers(person: User) -> list[int | None]:
    rows = Notification.objects.filter(recipient=person).order_by("created_at", "pk")
    return list(rows.values_list("seq", flat=True))


def last(person: User) -> int:
    return InboxCounter.objects.get(pk=person.pk).last_seq


@committed
def test_numbers_are_given_at_the_commit_in_order(cast: Cast) -> None:
    first = last(cast.max)
    with transaction.atomic():
        told(cast.max, cast.lea)
        told(cast.max)
        assert numbers(cast.max)[-2:] == [None, None]
    assert numbers(cast.max)[-2:] == [first + 1, first + 2]
    assert last(cast.max) == first + 2


@committed
def test_what_changes_gets_a_new_number(cast: Cast) -> None:
    told(cast.max, cast.max, cast.lea)
    first, others = last(cast.max), numbers(cast.lea)
    rows = Notification.objects.filter(recipient=cast.max).order_by("created_at", "pk")
    pks = [row.pk for row in rows]

    assert set_read(actor=by(cast.max), ids=[pks[-2]], is_read=True) == 1
    assert numbers(cast.max)[-2:] == [first + 1, first]
    assert set_read(actor=by(cast.max), ids=pks[-2:], is_read=False) == 1
    assert numbers(cast.max)[-2:] == [first + 2, first]
    assert numbers(cast.lea) == others


@committed
def test_what_is_only_mailed_has_no_number(cast: Cast) -> None:
    first = last(cast.max)
    with transaction.atomic():
        Notification.objects.create(
            recipient=cast.max, kind="OVERDUE", key="mailed", in_inbox=False
        )
    assert last(cast.max) == first
    assert numbers(cast.max)[-1] is None


@committed
def test_what_a_savepoint_takes_back_takes_no_number(cast: Cast) -> None:
    first = last(cast.max)
    with transaction.atomic():
        with transaction.atomic():
            told(cast.max)
            transaction.set_rollback(True)
        told(cast.max)
    assert (numbers(cast.max)[-1], last(cast.max)) == (first + 1, first + 1)


@committed
def test_two_who_tell_the_same_people_in_another_order_do_not_wait_for_ever(cast: Cast) -> None:
    people, first = (cast.max, cast.lea, cast.moe), len(numbers(cast.max))

    def tell_them(n: int) -> None:
        for _ in range(20):
            with transaction.atomic():
                for person in people[:: 1 if n % 2 else -1]:
                    told(person)

    times(4, tell_them)
    for person in people:
        found = numbers(person)
        assert len({*found}) == len(found)
        assert max(each or 0 for each in found) == last(person)
    assert len(numbers(cast.max)) == first + 80


@committed
def test_two_workspaces_tell_the_same_people_at_once(cast: Cast) -> None:
    people = [cast.max, cast.lea]
    for each in people:
        add_member(actor=by(cast.sam), workspace=cast.elsewhere, email=each.email, role="MEMBER")
    other = create_project(
        actor=by(cast.sam), workspace=cast.elsewhere, name="Other", team_members=people
    )
    givers = [(cast.ada, cast.project), (cast.sam, other)]

    def give(n: int) -> None:
        giver, project = givers[n % 2]
        for _ in range(8):
            with transaction.atomic():
                for each in people[:: 1 if n < 2 else -1]:
                    create_task(actor=by(giver), project=project, title="Oil", assignee=each)

    times(4, give)
    for each in people:
        told = Notification.objects.filter(recipient=each, kind="ASSIGNED")
        assert told.count() == 32
        assert len({*numbers(each)}) == len(numbers(each))
        assert max(number or 0 for number in numbers(each)) == last(each)


@committed
def test_who_reads_all_beside_new_ones_leaves_these_unread(cast: Cast) -> None:
    told(cast.max)
    seen = inbox_of(by(cast.max))

    def tell_slowly() -> None:
        told(cast.max)
        number_now()

    changed = during(tell_slowly, lambda: read_all(actor=by(cast.max), through=seen.seq))

    left = Notification.objects.filter(recipient=cast.max, read_at=None)
    assert (left.count(), changed) == (1, seen.unread)
    assert inbox_of(by(cast.max)).unread == 1
    assert left.get().seq == seen.seq + 1


@committed
def test_reading_and_telling_at_once_keep_the_count_true(cast: Cast) -> None:
    def act(n: int) -> None:
        for _ in range(15):
            if n % 2:
                told(cast.max)
            else:
                read_all(actor=by(cast.max))

    times(4, act)
    found = inbox_of(by(cast.max))
    rows = Notification.objects.filter(recipient=cast.max)
    assert found.unread == rows.filter(read_at=None).count()
    assert found.seq == last(cast.max) == max(each or 0 for each in numbers(cast.max))
    assert rows.filter(seq=None).count() == 0


def test_events_are_logged_before_anybody_is_told_of_them() -> None:
    """Commits lock counters in the order in which rows were first written: all in the same one."""
    for event in (*HEARERS, TaskAssigned):
        modules: list[Any] = [each.__module__ for each in subscribers(event)]
        assert event in LOGGED
        assert modules.index("activity.receivers") < modules.index("notifications.receivers")
