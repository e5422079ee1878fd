"""A function for tests, and what is known of the runs of functions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models.functions import Now

from core import functions
from core.functions import Wanted, _effects, run_later
from jobs.models import FunctionFigures, FunctionRun
from jobs.services.functions.running import run_due_functions

SPOKEN = "jobs.speak"


class Speaker:
    """The effect of a function: notes what it is given, or fails with `problem`."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.problem: Exception | None = None

    def __call__(self, payload: dict[str, Any]) -> None:
        """Say the words."""
        self.said.append(payload)
        if self.problem:
            raise self.problem

    @property
    def words(self) -> list[str]:
        return [payload["words"] for payload in self.said]


@contextmanager
def speaker() -> Iterator[Speaker]:
    """A function that an event triggers, registered for the block."""
    effect = Speaker()
    functions.on_event(SPOKEN, event="Somebody has something to say")(effect)
    try:
        yield effect
    finally:
        del _effects[SPOKEN]


def wanted(words: str, *, key: str = "", at: int = 0, **personal: Any) -> FunctionRun:
    """A run with these words that waits, the newest."""
    payload = {"words": words}
    run_later(Wanted(name=SPOKEN, payload=payload, personal=personal, order_key=key, order_at=at))
    return FunctionRun.objects.latest("created_at", "id")


def run_all() -> int:
    """Do all runs that are due, as a worker."""
    return run_due_functions(has_time=lambda: True)


def make_due() -> None:
    FunctionRun.objects.update(next_at=Now())


def figures_of(name: str) -> FunctionFigures:
    return FunctionFigures.objects.get(pk=name)
