"""The numbers of events: without gaps, in the order of the commits, per workspace."""

import threading
import time
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction

from activity.models import Event, EventCounter
from core.models import uuid7
from core.queries import insert
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.context import AS_SYSTEM
from tests.support.databases import CommittedDatabase
from tests.support.threads import times

pytestmark = pytest.mark.usefixtures("committed_db")
MANY = 300
WRITTEN = """
    SELECT pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
    FROM pg_class WHERE relname = %s
"""
NUMBERS = "SELECT seq FROM activity_event WHERE workspace_id = %s AND seq > %s ORDER BY seq"


def numbers(workspace_id: UUID) -> list[int | None]:
    events = Event.objects.filter(workspace_id=workspace_id)
    return list(events.order_by("seq").values_list("seq", flat=True))


def test_events_of_one_transaction_are_numbered_in_their_order(cast: Cast) -> None:
    with transaction.atomic():
        tasks = [create_task(actor=by(cast.lea), project=cast.project, title=t) for t in "abc"]
        assert set(Event.objects.filter(entity="task").values_list("seq", flat=True)) == {None}
    events = Event.objects.filter(entity="task").order_by("seq")
    assert [event.entity_id for event in events] == [task.pk for task in tasks]


def test_a_rollback_leaves_no_event_and_no_gap(cast: Cast) -> None:
    before = numbers(cast.workspace.pk)
    with transaction.atomic():
        create_task(actor=by(cast.lea), project=cast.project, title="Never")
        transaction.set_rollback(True)
    assert numbers(cast.workspace.pk) == before
    create_task(actor=by(cast.lea), project=cast.project, title="Next")
    assert numbers(cast.workspace.pk) == [*before, len(before) + 1]


def log(*workspaces: Any) -> list[UUID]:
    """Write an event for each of the workspaces, and return the rows they are about."""
    about = {"via": "system", "entity": "task", "action": "updated"}
    events = [Event(workspace_id=each.pk, entity_id=uuid7(), **about) for each in workspaces]
    insert(*events)
    return [event.entity_id for event in events]


def number_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS number_event IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def written(table: str) -> int:
    """The rows this transaction has inserted into the table or updated there."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [table])
        return int(cursor.fetchone()[0])


def test_many_events_of_a_commit_take_a_number_once_for_all(cast: Cast) -> None:
    """A counter written for each event is read through all its former versions by the next."""
    before = len(numbers(cast.workspace.pk))
    with transaction.atomic():
        rows = log(*[cast.workspace, cast.elsewhere] * MANY)
        counted, logged = written("activity_eventcounter"), written("activity_event")
        number_now()
        assert written("activity_eventcounter") - counted == 2
        assert written("activity_event") - logged == 2 * MANY
    events = Event.objects.filter(workspace_id=cast.workspace.pk, seq__gt=before).order_by("seq")
    assert list(events.values_list("entity_id", flat=True)) == rows[::2]
    assert numbers(cast.workspace.pk) == list(range(1, before + MANY + 1))


def test_what_a_savepoint_takes_back_takes_no_number(cast: Cast) -> None:
    place, before = cast.workspace, len(numbers(cast.workspace.pk))
    for kept in ([], [place], [place, place]):
        for undone in ([place], [place, place]):
            with transaction.atomic():
                rows = log(*kept)
                with transaction.atomic():
                    log(*undone)
                    transaction.set_rollback(True)
                rows += log(place)
            events = Event.objects.filter(workspace_id=place.pk, seq__gt=before).order_by("seq")
            assert list(events.values_list("entity_id", flat=True)) == rows
            before += len(rows)
    assert numbers(place.pk) == list(range(1, before + 1))


def test_events_can_be_numbered_before_the_commit_and_again(cast: Cast) -> None:
    place, before = cast.workspace, numbers(cast.workspace.pk)
    with transaction.atomic():
        log(place)
        with transaction.atomic():
            number_now()
            log(place, place)
            transaction.set_rollback(True)
        log(place)
        number_now()
        assert numbers(place.pk) == list(range(1, len(before) + 3))
        log(place, place)
    assert numbers(place.pk) == list(range(1, len(before) + 5))


def test_commits_in_the_same_workspaces_wait_for_each_other_in_one_order(cast: Cast) -> None:
    places = [cast.workspace, cast.elsewhere]

    def write(n: int) -> None:
        for _ in range(20):
            with transaction.atomic():
                log(*places[:: 1 if n else -1])

    times(2, write)
    for place in places:
        assert numbers(place.pk) == list(range(1, len(numbers(place.pk)) + 1))


def test_forty_writers_in_two_workspaces_leave_no_gap(cast: Cast) -> None:
    other = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Other")
    places = [(cast.lea, cast.project), (cast.sam, other)]

    def write(n: int) -> None:
        actor, project = places[n % 2]
        for _ in range(2):
            create_task(actor=by(actor), project=project, title="Oil")

    times(20, write)
    for workspace in (cast.workspace, cast.elsewhere):
        found = numbers(workspace.pk)
        assert found == list(range(1, len(found) + 1))
        assert EventCounter.objects.get(pk=workspace.pk).last_seq == len(found)
    assert Task.objects.count() == 40


def follow(url: str, workspace_id: UUID, seen: list[int], done: threading.Event) -> None:
    """Ask again and again for everything after the last number seen."""
    with psycopg.connect(url, autocommit=True, options=AS_SYSTEM) as reader:
        is_last = False
        while not is_last:
            is_last = done.is_set()
            seen += [seq for (seq,) in reader.execute(NUMBERS, [workspace_id, seen[-1]])]


def test_a_reader_never_misses_an_event(cast: Cast, committed_db: CommittedDatabase) -> None:
    """Writers hold their transactions open for different times, so late commits are certain."""
    place: dict[str, Any] = {"actor": by(cast.ada), "workspace": cast.workspace}
    projects = [create_project(**place, name=f"P{n}") for n in range(6)]
    done, seen = threading.Event(), [len(numbers(cast.workspace.pk))]

    def write(n: int) -> None:
        for pause in range(4):
            with transaction.atomic():
                create_task(actor=by(cast.ada), project=projects[n], title="Oil")
                time.sleep((n + pause) % 3 * 0.01)

    following = (committed_db.url, cast.workspace.pk, seen, done)
    reader = threading.Thread(target=follow, args=following)
    reader.start()
    times(6, write)
    done.set()
    reader.join()
    assert seen == list(range(seen[0], len(numbers(cast.workspace.pk)) + 1))
    assert len(seen) == 25
