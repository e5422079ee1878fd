"""Runs that events or staff ask for: once, in order, again after failures and crashes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from core.errors import NotFound
from core.functions import erase_personal, functions
from jobs.models import FunctionRun, RunState
from jobs.receivers import run_light_functions
from jobs.services.functions import running
from jobs.services.functions.requests import (
    AlreadyReplayed,
    NotFailed,
    NotRunByHand,
    replay_run,
    request_run,
)
from tests.jobs.functions import SPOKEN, Speaker, figures_of, make_due, run_all, speaker, wanted
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.threads import times


@pytest.fixture
def said() -> Iterator[Speaker]:
    with speaker() as effect:
        yield effect


def fresh(run: FunctionRun) -> FunctionRun:
    run.refresh_from_db()
    return run


@pytest.mark.django_db
def test_a_run_has_its_effect_and_loses_what_is_personal(said: Speaker) -> None:
    run = wanted("hello", name="Ada")

    assert run_all() == 1
    assert run_all() == 0

    assert said.said == [{"words": "hello", "name": "Ada"}]
    run = fresh(run)
    assert (run.state, run.attempts, run.payload, run.personal) == (
        RunState.SUCCEEDED,
        1,
        {"words": "hello"},
        {},
    )
    assert run.started_at
    assert run.finished_at
    assert run.claim is None
    assert figures_of(SPOKEN).runs == 1


@pytest.mark.django_db
def test_a_run_that_fails_is_tried_again_later_and_later(said: Speaker) -> None:
    run, said.problem = wanted("hello", name="Ada"), ValueError("no disk")
    pauses = []
    for _ in range(12):
        make_due()
        assert run_all() == 1
        pauses.append((fresh(run).next_at - timezone.now()).total_seconds())

    assert (run.state, run.attempts, run.error) == (RunState.WAITING, 12, "ValueError: no disk")
    assert [round(pause) for pause in pauses] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert run.personal == {"name": "Ada"}
    said.problem = None
    make_due()
    run_all()
    assert (fresh(run).state, run.attempts) == (RunState.SUCCEEDED, 13)


@pytest.mark.django_db
def test_a_run_fails_for_good_after_three_days(said: Speaker) -> None:
    run, said.problem = wanted("hello"), ValueError("no disk")
    FunctionRun.objects.update(created_at=Now() - running.PATIENCE, attempts=400)

    run_all()

    assert (fresh(run).state, run.error) == (RunState.FAILED, "ValueError: no disk")
    assert run.finished_at


@pytest.mark.django_db
def test_runs_of_one_key_follow_each_other_by_their_time(said: Speaker) -> None:
    for words, key, at in (("b", "x", 2), ("c", "x", 3), ("a", "x", 1), ("d", "y", 0)):
        wanted(words, key=key, at=at)

    run_all()

    assert [word for word in said.words if word != "d"] == ["a", "b", "c"]


@pytest.mark.django_db
def test_a_run_waits_for_an_earlier_one_that_fails_but_not_for_ever(said: Speaker) -> None:
    said.problem = ValueError("no disk")
    first = wanted("first", key="x", at=1)
    run_all()
    said.problem, second = None, wanted("second", key="x", at=2)

    assert run_all() == 0
    assert fresh(second).attempts == 0
    FunctionRun.objects.filter(pk=first.pk).update(attempts=running.IN_ORDER)
    assert run_all() == 1
    assert (fresh(second).state, fresh(first).state) == (RunState.SUCCEEDED, RunState.WAITING)


def test_many_workers_do_each_run_once(committed_db: CommittedDatabase, said: Speaker) -> None:
    for n in range(30):
        wanted(str(n), key="abc"[n % 3], at=n)

    times(6, lambda _: run_all())
    run_all()

    assert sorted(map(int, said.words)) == list(range(30))
    for key in range(3):
        own = [int(word) for word in said.words if int(word) % 3 == key]
        assert own == sorted(own)
    assert set(FunctionRun.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db
def test_who_comes_back_after_the_lease_saves_nothing(said: Speaker) -> None:
    run = wanted("hello")
    late = running.claim_next([SPOKEN])
    assert late
    assert running.claim_next([SPOKEN]) is None
    make_due()
    assert run_all() == 1
    running.do_run(late, functions(), in_relay=False)

    assert said.words == ["hello"]
    assert (fresh(run).state, run.attempts) == (RunState.SUCCEEDED, 2)


@pytest.mark.django_db
def test_a_run_that_kills_its_workers_fails(said: Speaker) -> None:
    run = wanted("hello")
    for _ in range(running.MOST_DEATHS):
        make_due()
        assert running.claim_next([SPOKEN])
    make_due()

    assert run_all() == 1
    assert (fresh(run).state, run.error, said.said) == (RunState.FAILED, running.WORKER_DIED, [])


@pytest.mark.django_db
def test_the_relay_runs_what_is_light_only(cast: Cast, said: Speaker) -> None:
    wanted("hello")
    light, _ = request_run(actor=by(cast.ada), name="outbox.sweep")
    heavy, _ = request_run(actor=by(cast.ada), name="attachments.make_thumbnails")

    while run_light_functions():
        pass

    assert said.words == ["hello"]
    assert (fresh(light).state, fresh(heavy).state) == (RunState.SUCCEEDED, RunState.WAITING)
    run_all()
    assert fresh(heavy).state == RunState.SUCCEEDED


@pytest.mark.django_db
def test_a_function_is_asked_for_once_at_a_time(cast: Cast) -> None:
    run, is_new = request_run(actor=by(cast.ada), name="outbox.sweep")
    same, is_new_too = request_run(actor=by(cast.pia), name="outbox.sweep")
    assert (same.pk, is_new, is_new_too) == (run.pk, True, False)
    run_all()
    other, is_new = request_run(actor=by(cast.pia), name="outbox.sweep")
    assert (other.pk == run.pk, is_new, other.requested_by_id) == (False, True, cast.pia.pk)

    with pytest.raises(NotFound):
        request_run(actor=by(cast.ada), name="outbox.nothing")


def test_asked_for_by_many_at_once_it_runs_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    ada = User.objects.get(pk=cast.ada.pk)
    runs = times(8, lambda _: request_run(actor=by(ada), name="outbox.sweep"))

    assert len({run.pk for run, _ in runs}) == 1
    assert sum(is_new for _, is_new in runs) == 1
    assert FunctionRun.objects.count() == 1


@pytest.mark.django_db
def test_what_staff_asked_for_is_not_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError("no disk")

    run, _ = request_run(actor=by(cast.ada), name="outbox.sweep")
    monkeypatch.setattr("outbox.services.sweep", fail)
    run_all()

    assert (fresh(run).state, run.error, run.attempts) == (
        RunState.FAILED,
        "ValueError: no disk",
        1,
    )


@pytest.mark.django_db
def test_a_failed_run_is_replayed_once(cast: Cast, said: Speaker) -> None:
    run, said.problem = wanted("hello", key="x", at=7, name="Ada"), ValueError("no disk")
    with pytest.raises(NotFailed):
        replay_run(actor=by(cast.ada), run=run)
    FunctionRun.objects.update(created_at=Now() - timedelta(days=4))
    run_all()
    said.problem = None

    replay, is_new = replay_run(actor=by(cast.ada), run=run)
    again, is_new_too = replay_run(actor=by(cast.ada), run=run)
    assert (again.pk, is_new, is_new_too) == (replay.pk, True, False)
    assert fresh(run).personal == {}
    run_all()

    assert said.said[-1] == {"words": "hello", "name": "Ada"}
    assert (fresh(replay).state, replay.order_at, replay.requested_by_id) == (
        RunState.SUCCEEDED,
        7,
        cast.ada.pk,
    )
    with pytest.raises(AlreadyReplayed) as refused:
        replay_run(actor=by(cast.ada), run=run)
    assert refused.value.facts == {"run": str(replay.pk)}
    with pytest.raises(NotRunByHand):
        request_run(actor=by(cast.ada), name=SPOKEN)


def test_replayed_by_many_at_once_it_runs_once(
    committed_db: CommittedDatabase, cast: Cast, said: Speaker
) -> None:
    run = wanted("hello")
    FunctionRun.objects.update(state=RunState.FAILED)

    replays = times(8, lambda _: replay_run(actor=by(cast.ada), run=run))

    assert len({replay.pk for replay, _ in replays}) == 1
    assert sum(is_new for _, is_new in replays) == 1


@pytest.mark.django_db
def test_what_is_personal_is_erased_by_key(said: Speaker) -> None:
    run, other = wanted("hello", key="x", name="Ada"), wanted("bye", key="y", name="Max")

    erase_personal(SPOKEN, order_key="x")

    assert (fresh(run).personal, fresh(other).personal) == ({}, {"name": "Max"})
    run_all()
    assert said.said == [{"words": "hello"}, {"words": "bye", "name": "Max"}]
