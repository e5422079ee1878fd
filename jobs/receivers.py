"""What follows from jobs, what the relay runs, and what is audited of functions."""

import time

from accounts.events import PersonDeleted
from audit.receivers import audit
from audit.services.entries import Audited
from core import functions
from core.events import subscribe
from jobs.background import hint_workers
from jobs.events import FunctionReplayed, FunctionRunRequested, JobFinished, JobSubmitted
from jobs.services.erasure import erase_jobs_of
from jobs.services.functions import details
from jobs.services.functions.recording import Recording, count_job
from jobs.services.functions.running import run_due_functions
from jobs.services.functions.types import functions_of_types
from jobs.services.telling import tell_owner
from outbox.periodic import scan

LONGEST_LOOK = 0.5
"""Seconds after which the relay leaves other functions to its next turn, as mail waits."""


def _details(event: JobSubmitted) -> dict[str, str]:
    return {"type": event.job.type}


audit(JobSubmitted, Audited("job.submitted", "job", _details))


@subscribe(JobFinished)
def tell_owner_of_end(event: JobFinished) -> None:
    tell_owner(actor=event.actor, job=event.job)


@subscribe(PersonDeleted)
def erase_jobs_of_deleted(event: PersonDeleted) -> None:
    erase_jobs_of(event.person)


@subscribe(JobFinished)
def count_end(event: JobFinished) -> None:
    count_job(event.job)


scan(every=0.5, of="jobs.run_due_jobs")(hint_workers)


@scan(every=1, of="jobs.run_due_functions")
def run_light_functions() -> bool:
    """Whether more may be due; workers run them as well."""
    until = time.monotonic() + LONGEST_LOOK
    done = run_due_functions(has_time=lambda: time.monotonic() < until, only_light=True)
    return done > 0


audit(FunctionRunRequested, Audited("function.run_requested", "run", details.of_run))
audit(FunctionReplayed, Audited("function.replayed", "run", details.of_run))
functions.record_with(Recording())
functions.list_also(functions_of_types)
