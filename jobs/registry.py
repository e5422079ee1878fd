"""What apps register: the types of jobs, and how one step of each is taken."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.actor import Actor
from core.context import as_person
from jobs.models import Job, JobState
from workspaces.models import Workspace

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A step was taken, and there is another one, which begins at `position`.

    `total` is null as long as nobody knows it.
    """

    position: Json
    done: int = 0
    total: int | None = None
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """There is nothing more to do; `result` is shown to the owner.

    `is_complete` if `take_back` has brought the job to its end instead, past `can_end`.
    """

    result: Json = field(default_factory=dict)
    sentence: str = ""
    is_complete: bool = False


Outcome = Progress | Finished


class Reporter(ABC):
    """How a step that is no transaction tells of itself while it goes on."""

    @abstractmethod
    def report(self, done: int, total: int | None = None, sentence: str = "") -> None:
        """Save the progress and keep the claim.

        Raises `jobs.services.running.Interrupted` if the job is to end or the claim is lost.
        """


@dataclass(kw_only=True)
class Run:
    """A job while a worker takes its steps.

    `kept` is for what a step wants to have at hand in the next one, such as an open file: it is
    empty again whenever another worker, or the same one after a pause, goes on. `position` is
    null at the first step.
    """

    job: Job
    actor: Actor
    payload: Json
    position: Json | None
    kept: dict[str, Any]
    reporter: Reporter

    @contextmanager
    def shown(self) -> Iterator[None]:
        """A transaction, or a part of one, whose context shows the actor's workspaces of now."""
        with as_person(self.actor.person_id, self.actor.credential.workspaces):
            yield


class JobType(ABC):
    """A kind of long work.

    With `is_transaction` each step is a transaction together with the progress it returns: either
    both are committed, once, or neither. Else the step runs outside of one, may run again from
    its beginning after a crash, and tells of itself by `run.reporter`.
    A step takes a second or two at most if it can: between two steps other jobs get their turn.
    One that neither ends nor reports for most of a lease (JOBS_LEASE) is stopped. If the job is to
    end meanwhile, a transaction is rolled back, and what else was done is for `take_back`.
    A Refusal fails the job at once; other errors, and Unavailable and TooManyRequests, are tried
    again, `most_failures` times in a row. The owner is told their names, of a Refusal its words.
    """

    name: ClassVar[str]
    is_transaction: ClassVar[bool] = True
    is_light: ClassVar[bool] = False
    """Whether a relay may do it while no worker does."""
    most_seconds: ClassVar[float] = 3600
    """How long workers may work on it before it fails."""
    most_failures: ClassVar[int] = 5
    needs_workspace: ClassVar[bool] = True

    def check(self, *, actor: Actor, workspace: Workspace | None, payload: Json) -> None:
        """Refuse what this actor may not ask for. Every step has to ask for rights again."""
        return

    @abstractmethod
    def step(self, run: Run) -> Outcome:
        """Take the next step; the context shows the actor's workspaces."""

    def can_end(self, position: Json | None) -> bool:
        """Whether what was done until this position can be taken back; else nobody may cancel."""
        return True

    def close(self, run: Run) -> None:
        """Free what is in `run.kept`, such as files."""
        return

    def take_back(self, run: Run) -> Outcome:
        """A step of undoing what was done, after the job was cancelled or failed for good.

        `position` is where the last step stopped, then what the steps of `take_back` return. The
        context shows the workspace, whatever became of the actor's rights.
        """
        return Finished()


_types: dict[str, JobType] = {}


class Duplicate(Exception):
    """A type is registered a second time."""


def percent_done(state: str, done: int, total: int | None) -> int | None:
    """How much of a job is done, in percent; None while nobody knows."""
    if state == JobState.COMPLETED:
        return 100
    return min(100, done * 100 // total) if total else None


def register_type(job_type: JobType) -> None:
    if job_type.name in _types:
        raise Duplicate(f"There is a type {job_type.name!r} already.")
    _types[job_type.name] = job_type


def job_types() -> Mapping[str, JobType]:
    """Every type, by name."""
    return dict(_types)
