"""Runs that staff ask for: of a function now, or again of one that failed."""

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict, NotFound
from core.events import publish
from core.functions import functions
from jobs.events import FunctionReplayed, FunctionRunRequested
from jobs.models import FunctionRun, RunState, RunTrigger


class NotRunByHand(Conflict):
    message = "This function runs when its event happens; a run of it that failed can be replayed."


class NotFailed(Conflict):
    message = "Only runs that have failed can be replayed."


class AlreadyReplayed(Conflict):
    message = "This run has been replayed already; replay that run if it failed, too."


@transaction.atomic
def request_run(*, actor: Actor, name: str) -> tuple[FunctionRun, bool]:
    """A run that a worker or a relay does soon, and True; or the one that has not ended yet.

    NotFound if there is no such function. The actor is staff who may change runs.
    """
    function = functions().get(name)
    if function is None:
        raise NotFound
    if not function.may_run_now:
        raise NotRunByHand
    wanted = FunctionRun(function=name, trigger=RunTrigger.MANUAL, requested_by_id=actor.person_id)
    return _inserted(actor, wanted)


@transaction.atomic
def replay_run(*, actor: Actor, run: FunctionRun) -> tuple[FunctionRun, bool]:
    """A new run with what the failed one had been given, and True; or one that waits, and False.

    The personal data goes over to the new one.
    """
    run = FunctionRun.objects.locked(run.pk)
    if run.state != RunState.FAILED:
        raise NotFailed
    function = functions().get(run.function)
    if function is None:
        raise NotFound
    known = FunctionRun.objects.filter(replay_of=run).first()
    if known is not None:
        if known.state in (RunState.WAITING, RunState.RUNNING):
            return known, False
        raise AlreadyReplayed(run=str(known.pk))
    replay = FunctionRun(
        function=run.function,
        trigger=RunTrigger.EVENT if function.effect else RunTrigger.MANUAL,
        payload=run.payload,
        personal=run.personal,
        order_key=run.order_key,
        order_at=run.order_at,
        requested_by_id=actor.person_id,
        replay_of=run,
    )
    new, is_new = _inserted(actor, replay)
    if is_new and run.personal:
        FunctionRun.objects.filter(pk=run.pk).update(personal={})
    return new, is_new


def _inserted(actor: Actor, run: FunctionRun) -> tuple[FunctionRun, bool]:
    """The run, inserted, and True; or the one by hand that has not ended yet, and False."""
    # Who inserts the same meanwhile is waited for, and found if it was committed.
    FunctionRun.objects.bulk_create([run], ignore_conflicts=True)
    if FunctionRun.objects.filter(pk=run.pk).exists():
        event = FunctionReplayed if run.replay_of_id else FunctionRunRequested
        publish(event(actor=actor, run=run))
        return run, True
    rows = FunctionRun.objects.unended().filter(function=run.function, trigger=RunTrigger.MANUAL)
    known: FunctionRun | None = rows.first()
    if known is None:  # it has ended in between
        raise Conflict
    return known, False
