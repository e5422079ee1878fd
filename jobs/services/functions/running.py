"""Doing runs that events or staff have asked for."""

import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from core.functions import Function, Observation, functions, reason_of
from jobs.models import FunctionRun, RunState, RunTrigger
from jobs.services.functions.recording import count
from outbox import fault_points

logger = logging.getLogger(__name__)

LEASE = 120.0
"""Seconds a run belongs to who claimed it; longer than workers may take for all their runs."""
FIRST_PAUSE = 1.0
"""Seconds before the second attempt; each further one waits twice as long."""
LONGEST_PAUSE = 600.0
PATIENCE = timedelta(hours=72)
"""For so long a run that an event triggered is tried again."""
MOST_DEATHS = 5
"""A run whose workers died so often in a row has failed."""
IN_ORDER = 8
"""After so many attempts, in four minutes, a run does not keep later ones of its key waiting."""
WORKER_DIED = "The worker died again and again."

CLAIM = """
    WITH chosen AS (
        SELECT id FROM jobs_functionrun AS run
        WHERE state IN ('WAITING', 'RUNNING') AND next_at <= statement_timestamp()
            AND function = ANY(%(names)s)
            AND NOT (order_key <> '' AND EXISTS (
                SELECT FROM jobs_functionrun AS earlier
                WHERE earlier.function = run.function AND earlier.order_key <> ''
                    AND earlier.order_key = run.order_key
                    AND earlier.state IN ('WAITING', 'RUNNING')
                    AND (earlier.state = 'RUNNING' OR earlier.attempts < %(in_order)s)
                    AND earlier.id <> run.id
                    AND (earlier.order_at, earlier.id) < (run.order_at, run.id)))
        ORDER BY next_at LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE jobs_functionrun AS run
    SET claim = gen_random_uuid(), next_at = statement_timestamp() + %(lease)s * interval '1 s',
        deaths = CASE WHEN state = 'RUNNING' THEN deaths + 1 ELSE 0 END,
        state = 'RUNNING', attempts = attempts + 1, started_at = statement_timestamp()
    FROM chosen WHERE run.id = chosen.id
    RETURNING run.id, run.claim
"""


@dataclass(frozen=True)
class Claim:
    """The right to do a run until its lease ends."""

    run_id: UUID
    claim: UUID


class ClaimLost(Exception):
    """The lease has ended, and somebody else does the run."""


def run_due_functions(*, has_time: Callable[[], bool], only_light: bool = False) -> int:
    """Do due runs, one after the other, while there is time; returns how many.

    With `only_light`, only of functions that a relay may run.
    """
    known, done = functions(), 0
    names = [each.name for each in known.values() if each.is_light or not only_light]
    while has_time() and (claim := claim_next(names)):
        fault_points.hit("functions.after_claim")
        do_run(claim, known, in_relay=only_light)
        done += 1
    return done


def claim_next(names: Collection[str]) -> Claim | None:
    """Claim the run of one of these functions that has been due longest; None if none is."""
    values: dict[str, Any] = {"names": list(names), "lease": LEASE, "in_order": IN_ORDER}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        row = cursor.fetchone()
    return Claim(*row) if row else None


def do_run(claim: Claim, known: Mapping[str, Function], *, in_relay: bool) -> None:
    """Do the claimed run, and save how it went; nothing if the lease has ended meanwhile."""
    run = FunctionRun.objects.get(pk=claim.run_id)
    function = known[run.function]
    begun, started_at = time.monotonic(), datetime.now(UTC)
    error = ""
    try:
        if run.deaths >= MOST_DEATHS:
            error = WORKER_DIED
        else:
            _call(claim, function, begun, in_relay=in_relay)
    except ClaimLost:
        logger.warning("run_claim_lost", extra={"run": str(run.pk)})
        return
    except Exception as problem:
        logger.exception("run_failed", extra={"function": run.function, "run": str(run.pk)})
        error = reason_of(problem)
    milliseconds = _since(begun)
    if error:
        _save_failure(claim, error, milliseconds)
    count(
        Observation(
            name=run.function, started_at=started_at, milliseconds=milliseconds, error=error
        )
    )


def _call(claim: Claim, function: Function, begun: float, *, in_relay: bool) -> None:
    """Run the function; one with an effect in the transaction that saves its success."""
    if function.effect is None:
        call = (in_relay and function.in_relay) or function.run
        call()
        with transaction.atomic():
            _succeed(_locked(claim), begun)
        return
    with transaction.atomic(durable=True):
        run = _locked(claim)
        function.effect({**run.payload, **run.personal})
        fault_points.hit("functions.before_commit")
        _succeed(run, begun)


def _locked(claim: Claim) -> FunctionRun:
    runs = FunctionRun.objects.select_for_update(no_key=True, of=("self",))
    run: FunctionRun | None = runs.filter(pk=claim.run_id, claim=claim.claim).first()
    if run is None:
        raise ClaimLost
    return run


def _succeed(run: FunctionRun, begun: float) -> None:
    _save(run, state=RunState.SUCCEEDED, personal={}, finished_at=Now(), milliseconds=_since(begun))


@transaction.atomic
def _save_failure(claim: Claim, error: str, milliseconds: int) -> None:
    """Plan the next attempt of what an event triggered; what staff asked for has failed."""
    try:
        run = _locked(claim)
    except ClaimLost:
        return
    values: dict[str, Any] = {"error": error, "milliseconds": milliseconds}
    is_tried_again = (
        run.trigger == RunTrigger.EVENT
        and run.deaths < MOST_DEATHS
        and timezone.now() - run.created_at < PATIENCE
    )
    if not is_tried_again:
        _save(run, **values, state=RunState.FAILED, finished_at=Now())
        return
    # No power of a number that grows for three days: it would not fit into a float.
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(run.attempts - 1, 16))
    _save(run, **values, state=RunState.WAITING, next_at=Now() + timedelta(seconds=pause))


def _save(run: FunctionRun, **values: Any) -> None:
    FunctionRun.objects.filter(pk=run.pk).update(**values, claim=None)


def _since(begun: float) -> int:
    return int((time.monotonic() - begun) * 1000)
