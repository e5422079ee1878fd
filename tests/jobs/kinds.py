"""Types of jobs of tests, and their jobs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest

from accounts.models import User
from jobs import registry
from jobs.models import Job
from jobs.registry import Finished, JobType, Outcome, Progress, Run
from jobs.services.running import run_due_jobs
from jobs.services.submission import submit_job
from tests.support.actors import by
from workspaces.models import Workspace

Step = Callable[[Run], Outcome]


def nothing(run: Run) -> None:
    return


def taken_back(run: Run) -> Outcome:
    return Finished(sentence="Taken back.")


class Counting(JobType):
    """Takes `payload["steps"]` steps; what happens in them is set by the test."""

    name: ClassVar[str] = "counting"
    needs_workspace: ClassVar[bool] = False
    most_failures: ClassVar[int] = 3

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.undone: list[Any] = []
        self.closed = 0
        self.during: Callable[[Run], object] = nothing
        self.undoing: Step = taken_back

    def step(self, run: Run) -> Outcome:
        number, last = (run.position or {}).get("next", 1), run.payload.get("steps", 1)
        self.during(run)
        self.taken.append(number)
        if number == last:
            return Finished(result={"steps": number}, sentence="Counted.")
        said = f"{number} of {last}"
        return Progress(position={"next": number + 1}, done=number, total=last, sentence=said)

    def take_back(self, run: Run) -> Outcome:
        self.undone.append(run.position)
        return self.undoing(run)

    def close(self, run: Run) -> None:
        self.closed += 1


class Writing(Counting):
    """The same outside of transactions."""

    name: ClassVar[str] = "writing"
    is_transaction: ClassVar[bool] = False


@contextmanager
def registered(*types: JobType) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for each in types:
            patch.setitem(vars(registry)["_types"], each.name, each)
        yield


@pytest.fixture
def counting() -> Iterator[Counting]:
    kind = Counting()
    with registered(kind):
        yield kind


@pytest.fixture
def writing() -> Iterator[Writing]:
    kind = Writing()
    with registered(kind):
        yield kind


def submitted(
    person: User, steps: int = 1, *, workspace: Workspace | None = None, kind: str = "counting"
) -> Job:
    payload = {"steps": steps}
    return submit_job(actor=by(person), kind=kind, payload=payload, workspace=workspace)[0]


def run_all() -> int:
    return run_due_jobs(has_time=lambda: True)


def now_of(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def make_due() -> None:
    """As if the pauses were over, and the workers dead that have a claim."""
    Job.objects.unfinished().update(next_at="2000-01-01T00:00:00Z")


def facts(job: Job, *names: str) -> list[Any]:
    fresh = now_of(job)
    return [getattr(fresh, name) for name in names]


def error_of(job: Job) -> dict[str, Any]:
    error: dict[str, Any] | None = now_of(job).error
    assert error
    return error
