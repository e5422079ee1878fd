"""What can happen to a job, and to a run of a function."""

from dataclasses import dataclass

from core.events import Event
from jobs.models import FunctionRun, Job


@dataclass(frozen=True, kw_only=True)
class JobSubmitted(Event):
    """Somebody asked for it, or asked for it again after it had failed or was cancelled."""

    job: Job


@dataclass(frozen=True, kw_only=True)
class JobFinished(Event):
    """It was completed, failed, or was cancelled; the actor is the system."""

    job: Job


@dataclass(frozen=True, kw_only=True)
class FunctionRunRequested(Event):
    """Staff asked for a run of a background function."""

    run: FunctionRun


@dataclass(frozen=True, kw_only=True)
class FunctionReplayed(Event):
    """Staff asked for a failed run again."""

    run: FunctionRun
