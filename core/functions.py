"""Functions that run in the background, by a schedule or an event, and who records their runs.

No list of them is kept: those on a schedule are the entries of beat's table in the settings and
the scans of the relay, two triggers of the same function if they have the same name; those that an
event triggers are registered by `on_event`. A name is `app.function`.
"""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from inspect import cleandoc
from typing import Any, TypeVar

from django.conf import settings
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

LONGEST_NAME = 100
LONGEST_REASON = 300
Json = dict[str, Any]
Look = Callable[[], object]
Effect = Callable[[Json], object]
F = TypeVar("F", bound=Effect)


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What makes a function run: `kind` is BEAT, RELAY or EVENT, `words` say when."""

    kind: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function that runs in the background.

    Workers run the Celery task whose path is `task`; it is imported when it is needed. A relay
    calls `in_relay`, which is null if only workers may run the function. One that an event
    triggers has an `effect` instead, which takes what `run_later` was given. One that is `listed`
    is run by something else, such as a type of jobs.
    """

    name: str
    triggers: tuple[Trigger, ...]
    task: str = ""
    in_relay: Look | None = None
    effect: Effect | None = None
    listed: object = None

    @property
    def app(self) -> str:
        return self.name.partition(".")[0]

    @property
    def description(self) -> str:
        """The docstring."""
        return cleandoc((self.listed or self.effect or self.run).__doc__ or "")

    @property
    def run(self) -> Look:
        """What a worker calls; LookupError of what an event triggers."""
        run: Look | None = import_string(self.task).run if self.task else self.in_relay
        if run is None:
            raise LookupError(self.name)
        return run

    @property
    def may_run_now(self) -> bool:
        """Whether staff may ask for a run; what an event triggers needs the event."""
        return bool(self.task or self.in_relay)

    @property
    def is_light(self) -> bool:
        """Whether a relay may run it too, between two deliveries."""
        return self.in_relay is not None or self.effect is not None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A run of a function that an event triggers.

    `payload` are ids and codes, `personal` what else the function needs: it is erased when the run
    has succeeded. Runs with the same `order_key` follow each other by `order_at`.
    """

    name: str
    payload: Json
    personal: Json = field(default_factory=dict)
    order_key: str = ""
    order_at: int = 0


@dataclass(frozen=True, kw_only=True)
class Observation:
    """A run by a schedule that has ended; `error` is empty if it succeeded."""

    name: str
    started_at: datetime
    milliseconds: int
    error: str = ""


class Recorder(ABC):
    """Keeps runs; an upper app is one."""

    @abstractmethod
    def note(self, seen: Observation) -> None:
        """Record a run."""

    @abstractmethod
    def add(self, wanted: Wanted) -> None:
        """Add a run in the transaction of the caller."""

    @abstractmethod
    def erase(self, name: str, order_key: str) -> None:
        """Erase the personal data of the runs with this key; they run without it."""


@dataclass(frozen=True)
class _Scan:
    look: Look
    every: float


_scans: dict[str, _Scan] = {}
_effects: dict[str, tuple[Effect, str]] = {}
_sources: list[Callable[[], Iterable[Function]]] = []
_recorders: list[Recorder] = []


class Duplicate(Exception):
    """A name is registered a second time."""


def record_with(recorder: Recorder) -> None:
    """Have runs recorded by this one, and by no other any more."""
    _recorders[:] = [recorder]


def name_of(module: str, function: str) -> str:
    """The name of a function: `outbox.sweep` of `outbox.background.sweep`."""
    return f"{module.partition('.')[0]}.{function}"


def in_relay(name: str, look: Look, every: float) -> None:
    """Register that the relay calls `look` every so many seconds for the function `name`."""
    if name in _scans:
        raise Duplicate(name)
    _scans[name] = _Scan(look, every)


def on_event(name: str, *, event: str) -> Callable[[F], F]:
    """Register the decorated function, which may run twice; `event` says in words what triggers it.

    It runs in a transaction with what is recorded of it.
    """

    def register(effect: F) -> F:
        if name in _effects:
            raise Duplicate(name)
        _effects[name] = (effect, event)
        return effect

    return register


def list_also(source: Callable[[], Iterable[Function]]) -> None:
    """List further functions, which something else runs, such as the types of jobs."""
    _sources.append(source)


def run_later(wanted: Wanted) -> None:
    """Have the function run by a worker or a relay, again and again until it succeeds."""
    if wanted.name not in _effects:
        raise LookupError(wanted.name)
    for recorder in _recorders:
        recorder.add(wanted)


def erase_personal(name: str, *, order_key: str) -> None:
    """Erase the personal data of what `run_later` was given with this key."""
    for recorder in _recorders:
        recorder.erase(name, order_key)


def functions() -> Mapping[str, Function]:
    """All functions by name, in alphabetical order."""
    found = {function.name: function for function in _scheduled()}
    for name, (effect, event) in _effects.items():
        trigger = Trigger(kind="EVENT", words=event)
        found[name] = Function(name=name, triggers=(trigger,), effect=effect)
    for source in _sources:
        found |= {function.name: function for function in source()}
    return dict(sorted(found.items()))


@cache
def scheduled_names() -> frozenset[str]:
    return frozenset({*_scans, *_entries()})


@contextmanager
def observed(name: str) -> Iterator[None]:
    """Record the block as a run by a schedule; its errors go on."""
    started_at, begun = datetime.now(UTC), time.monotonic()
    try:
        yield
    except Exception as problem:
        _note(name, started_at, begun, reason_of(problem))
        raise
    _note(name, started_at, begun)


def reason_of(problem: Exception) -> str:
    """The error in one line; PostgreSQL's further lines would tell values of the row."""
    first = str(problem).strip().partition("\n")[0]
    return f"{type(problem).__name__}: {first}"[:LONGEST_REASON]


def _note(name: str, started_at: datetime, begun: float, error: str = "") -> None:
    milliseconds = int((time.monotonic() - begun) * 1000)
    seen = Observation(name=name, started_at=started_at, milliseconds=milliseconds, error=error)
    for recorder in _recorders:
        try:
            recorder.note(seen)
        except Exception:
            logger.exception("run_not_recorded", extra={"function": name})


def _scheduled() -> Iterator[Function]:
    entries = _entries()
    for name in {*_scans, *entries}:
        entry, scan, triggers = entries.get(name), _scans.get(name), []
        if entry:
            triggers.append(Trigger(kind="BEAT", words=_beat_words(entry["schedule"])))
        if scan:
            triggers.append(Trigger(kind="RELAY", words=f"every {_length(scan.every)}"))
        yield Function(
            name=name,
            triggers=tuple(triggers),
            task=entry["task"] if entry else "",
            in_relay=scan.look if scan else None,
        )


def _entries() -> dict[str, Any]:
    """The entries of beat's table by the names of their functions."""
    table: list[Any] = list(settings.CELERY_BEAT_SCHEDULE.values())
    return {name_of(*entry["task"].rsplit(".", 1)): entry for entry in table}


def _beat_words(schedule: Any) -> str:
    """A number of seconds, or a crontab whose minute and hour are one each."""
    if isinstance(schedule, int | float):
        return f"every {_length(schedule)}"
    [hour], [minute] = schedule.hour, schedule.minute
    return f"every day at {hour:02}:{minute:02} UTC"


def _length(seconds: float) -> str:
    units = ((3600, "h"), (60, "min"))
    return next(
        (f"{seconds / length:g} {unit}" for length, unit in units if seconds >= length),
        f"{seconds:g} s",
    )
