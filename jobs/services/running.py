"""Taking the steps of claimed jobs."""

import logging
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from core.actor import Actor
from core.context import as_system
from core.errors import Conflict, Refusal
from core.queries import compiled
from identity.services.kept_credentials import Kept, actor_later
from jobs.models import Job, JobState
from jobs.models.jobs import LONGEST_SENTENCE
from jobs.registry import Finished, JobType, Outcome, Progress, Reporter, Run, job_types
from jobs.services import problems
from jobs.services.ending import WORKER, finish
from jobs.services.time_limits import StepHangs, stopped_if_it_hangs
from jobs.services.turns import Claim, claim_next, is_another_waiting
from outbox import fault_points
from workspaces.models import Membership

logger = logging.getLogger(__name__)

SLICE = 2.0
"""Seconds after which a job lets others that are due go first."""
HasTime = Callable[[], bool]


class Interrupted(Exception):
    """The job is to end, so that the step must stop; what it did in a transaction is undone."""


class ClaimLost(Interrupted):
    """Another worker has claimed the job, or its row is gone."""


class CredentialEnded(Conflict):
    message = "The token with which this was asked for is not valid any more."


class WorkspaceLeft(Conflict):
    message = "The workspace is not there any more, or you do not belong to it."


class TimeLimitReached(Conflict):
    message = "The job took too long."


class WorkerDied(Conflict):
    message = "The worker died again and again at the same step."


def run_due_jobs(*, has_time: HasTime, types: Collection[str] | None = None) -> int:
    """Take steps of due jobs, one job after the other, while there is time; returns how many.

    Raises OperationalError or InterfaceError if PostgreSQL does not answer any more.
    """
    count = 0
    while has_time() and (claim := claim_next(types=types)):
        fault_points.hit("jobs.after_claim")
        run_job(claim, has_time)
        count += 1
    return count


def run_job(claim: Claim, has_time: HasTime) -> None:
    """Take steps of the job until it has ended, an error, another job's turn, or time is over."""
    turn = Turn(claim)
    try:
        turn.run(has_time)
    except ClaimLost:
        logger.info("job_claim_lost", extra={"job": str(claim.job_id)})
    except Exception as problem:
        if problems.is_connection_lost(problem):
            raise  # the lease ends, and the step is taken again
        logger.exception("job_step_failed", extra={"job": str(claim.job_id)})
        if isinstance(problem, StepHangs):
            connection.close()  # which may have been in the middle of a statement
        turn.postpone(problem)
    finally:
        turn.close()


class Turn(Reporter):
    """One claim of a job, and the time of this worker that it takes."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self._begun = self._counted = time.monotonic()
        self._run: Run | None = None
        self._type: JobType | None = None
        self._renew_alarm: Callable[[], None] = lambda: None

    def run(self, has_time: HasTime) -> None:
        while self._take_step():
            if not has_time():
                return self._give_back()
            if time.monotonic() - self._begun > SLICE:
                if is_another_waiting(self.claim.job_id):
                    return self._give_back()
                self._begun = time.monotonic()
        return None

    def close(self) -> None:
        if self._run and self._type:
            try:
                self._type.close(self._run)
            except Exception:
                logger.exception("job_not_closed", extra={"job": str(self.claim.job_id)})

    def _take_step(self) -> bool:
        """Take one step and save what it returns; returns whether there is another one."""
        try:
            with stopped_if_it_hangs() as self._renew_alarm:
                return self._try_step()
        except ClaimLost:
            raise
        except Interrupted:
            return True
        except Refusal as refusal:
            if problems.is_worth_another_try(refusal):
                raise
            self._fail(refusal)
            return True

    def _try_step(self) -> bool:
        with as_system("taking a step of a job", durable=True):
            job = self._row()
            job_type = self._type = job_types()[job.type]
            if job.ending or job_type.is_transaction:
                return self._save(job, self._outcome(job, job_type))
        outcome = self._outcome(job, job_type)
        with as_system("saving what a step of a job returned", durable=True):
            return self._save(job, outcome)

    def _outcome(self, job: Job, job_type: JobType) -> Outcome:
        is_hopeless = job.failures > job_type.most_failures
        if job.ending:
            if is_hopeless:
                logger.error("job_not_taken_back", extra={"job": str(job.pk)})
                return Finished()
            return self._undone(job, job_type)
        if is_hopeless:
            raise WorkerDied
        if job.seconds > job_type.most_seconds:
            raise TimeLimitReached
        actor = actor_later(Kept(*job.credential)) if job.credential else None
        if actor is None:
            raise CredentialEnded
        run = self._current(job, actor)
        with run.shown():
            _check_place(run)
            if job_type.is_transaction:
                return job_type.step(run)
        return job_type.step(run)

    def _undone(self, job: Job, job_type: JobType) -> Outcome:
        """The outcome of a step of taking back; a refusal is an error as any other."""
        try:
            return job_type.take_back(self._current(job, WORKER))
        except Refusal as refusal:
            raise problems.NotTakenBack(str(refusal)) from refusal

    def _current(self, job: Job, actor: Actor) -> Run:
        kept = self._run.kept if self._run else {}
        values = {"payload": job.payload, "position": job.position}
        self._run = Run(job=job, actor=actor, kept=kept, reporter=self, **values)
        return self._run

    def _save(self, before: Job, outcome: Outcome) -> bool:
        """Save what a step returned; Interrupted if the job was to end while it was taken.

        The row is not locked before, so that nobody who asks for its end waits for the step.
        """
        fault_points.hit("jobs.before_commit")
        job = self._row(is_locked=True)
        if job.ending != before.ending:
            raise Interrupted
        job.seconds += self._spent()
        if isinstance(outcome, Progress):
            self._save_progress(job, outcome)
            return True
        is_ended = job.ending and not outcome.is_complete
        state = JobState(job.ending if is_ended else JobState.COMPLETED)
        done = {"result": outcome.result} if outcome.result or not is_ended else {}
        finish(job, state, sentence=_shortened(outcome.sentence), **done)
        return False

    def _save_progress(self, job: Job, progress: Progress) -> None:
        # The next step is this worker's: the failure that its crash would be is counted already.
        values = {"position": progress.position, "failures": 1, "seconds": job.seconds}
        if not job.ending:
            values["error"] = None
        save(job, **shown(progress.done, progress.total, progress.sentence), **values, **_leased())

    def report(self, done: int, total: int | None = None, sentence: str = "") -> None:
        """As `Reporter.report`; a transaction of its own."""
        with as_system("saving the progress of a job", durable=True):
            job = self._row(is_locked=True)
            if job.ending and not (self._run and self._run.job.ending):
                raise Interrupted
            seconds = job.seconds + self._spent()
            save(job, **shown(done, total, sentence), seconds=seconds, **_leased())
        self._renew_alarm()

    def _fail(self, refusal: Refusal) -> None:
        """Save why the job fails; what was done is taken back by the next steps."""
        error = problems.described(refusal)
        with as_system("saving why a job fails", durable=True):
            job = self._row(is_locked=True)
            if not job.ending:
                save(job, error=error, ending=JobState.FAILED, failures=1, **_leased())

    def postpone(self, problem: Exception) -> None:
        """Save an error of a step, which is tried again later; or that it was the last one."""
        with as_system("saving an error of a job", durable=True):
            try:
                job = self._row(is_locked=True)
            except ClaimLost:
                return
            most = self._type.most_failures if self._type else JobType.most_failures
            values: dict[str, Any] = {"claim": None, "seconds": job.seconds + self._spent()}
            if problems.is_contention(problem):
                job.failures -= 1
            pause = problems.pause_after(problem, job.failures)
            if not job.ending:
                values["error"] = problems.described(problem)
                if job.failures >= most:
                    values["ending"], job.failures, pause = JobState.FAILED, 0, 0.0
            values["failures"] = job.failures
            save(job, **values, next_at=Now() + timedelta(seconds=pause))

    def _give_back(self) -> None:
        """Let others go first: nobody has the job any more, and it is due."""
        with as_system("letting another job go first", durable=True):
            save(self._row(is_locked=True), claim=None, next_at=Now(), failures=0)

    def _row(self, *, is_locked: bool = False) -> Job:
        """The job; ClaimLost if this is not its worker any more. For the system only."""
        query = _locked if is_locked else _claimed
        job: Job | None = query.first(job=self.claim.job_id, claim=self.claim.claim)
        if job is None:
            raise ClaimLost
        return job

    def _spent(self) -> float:
        now = time.monotonic()
        spent, self._counted = now - self._counted, now
        return spent


@compiled
def _claimed(job: Any, claim: Any) -> QuerySet[Job]:
    return Job.objects.filter(pk=job, claim=claim)


@compiled
def _locked(job: Any, claim: Any) -> QuerySet[Job]:
    rows = Job.objects.filter(pk=job, claim=claim)
    return rows.select_for_update(no_key=True, of=("self",))


def save(job: Job, **values: Any) -> None:
    """Save these fields of a locked job, which may be expressions of PostgreSQL's clock."""
    now = {"version": F("version") + 1, "updated_at": Now()}
    Job.objects.filter(pk=job.pk).update(**values, **now)


def shown(done: int, total: int | None, sentence: str) -> dict[str, Any]:
    """What people see of the progress."""
    return {"done": done, "total": total, "sentence": _shortened(sentence)}


def _shortened(sentence: str) -> str:
    return sentence[:LONGEST_SENTENCE].replace("\0", "")


def _leased() -> dict[str, Any]:
    return {"next_at": Now() + timedelta(seconds=settings.JOBS_LEASE)}


def _check_place(run: Run) -> None:
    """Refuse if the person has left the job's workspace, or it was deleted."""
    if run.job.workspace_id is None:
        return
    places = Membership.objects.of(run.actor).filter(workspace_id=run.job.workspace_id)
    if not places.filter(workspace__deleted_at=None).exists():
        raise WorkspaceLeft
