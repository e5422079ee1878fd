"""Errors of steps: which are tried again, when, and what the owner is told of them."""

from typing import Any

from django.db import InterfaceError, OperationalError, connection
from psycopg import errors

from core.errors import Refusal, TooManyRequests, Unavailable

FIRST_PAUSE = 1.0
"""Seconds before the second attempt at a step; each further one waits twice as long."""
LONGEST_PAUSE = 300.0
MOST_DOUBLINGS = 10
CONTENTION = (errors.DeadlockDetected, errors.LockNotAvailable, errors.SerializationFailure)


class NotTakenBack(Exception):
    """A refusal while the effects of a job were being taken back."""


def is_connection_lost(problem: Exception) -> bool:
    """Whether PostgreSQL does not answer any more."""
    if not isinstance(problem, InterfaceError | OperationalError):
        return False
    return connection.connection is None or not connection.is_usable()


def is_contention(problem: Exception) -> bool:
    """Whether the step only met others at the same rows, which is no fault of the job's."""
    return isinstance(problem.__cause__, CONTENTION)


def is_worth_another_try(refusal: Refusal) -> bool:
    """Whether it is refused for now only, such as while the storage of files is not available."""
    return isinstance(refusal, Unavailable | TooManyRequests)


def pause_after(problem: Exception, failures: int) -> float:
    """Seconds before the step is taken again, after so many failures."""
    doublings = max(0, min(failures - 1, MOST_DOUBLINGS))
    wanted = problem.facts.get("retry_after", 0) if isinstance(problem, Refusal) else 0
    return float(min(LONGEST_PAUSE, max(FIRST_PAUSE * 2**doublings, wanted)))


def described(problem: Exception) -> dict[str, Any]:
    """The error of a job, for its owner.

    Of an error that is no refusal only the name: its text may quote what others have written.
    """
    if isinstance(problem, Refusal):
        message, code, found = str(problem), problem.code, problem.errors
    else:
        message, code, found = f"A step failed: {type(problem).__name__}.", "failed", None
    return {"code": code, "message": message.replace("\0", ""), "errors": found}
