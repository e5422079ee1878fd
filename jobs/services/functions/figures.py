"""Functions with what is known of their runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from core.functions import Function, functions
from jobs.models import UNENDED, FunctionFigures, FunctionRun, RunState


@dataclass(frozen=True)
class Figured:
    """A function; `figures` are null before its first run."""

    function: Function
    figures: FunctionFigures | None
    waiting: int
    failed: int

    def as_document(self) -> dict[str, Any]:
        of, figures = self.function, self.figures
        return {
            "name": of.name,
            "app": of.app,
            "description": of.description,
            "triggers": [{"kind": each.kind, "words": each.words} for each in of.triggers],
            "may_run_now": of.may_run_now,
            "runs": figures.runs if figures else 0,
            "failures": figures.failures if figures else 0,
            "started_at": figures.started_at if figures else None,
            "milliseconds": figures.milliseconds if figures else None,
            "failed_at": figures.failed_at if figures else None,
            "error": figures.error if figures else "",
            "waiting": self.waiting,
            "failed": self.failed,
        }


def all_figures() -> list[Figured]:
    """Every function by name; runs that have been replayed do not count as failed."""
    return _figured(functions())


def figures_of(name: str) -> Figured | None:
    """The function with this name; None if there is none."""
    found = functions().get(name)
    return _figured({name: found})[0] if found else None


def _figured(known: Mapping[str, Function]) -> list[Figured]:
    figures = FunctionFigures.objects.in_bulk(list(known))
    runs = FunctionRun.objects.filter(function__in=list(known))
    waiting = _counted(runs.filter(state__in=UNENDED))
    failed = _counted(runs.filter(state=RunState.FAILED, replay=None))
    return [
        Figured(each, figures.get(name), waiting.get(name, 0), failed.get(name, 0))
        for name, each in known.items()
    ]


def _counted(runs: Any) -> dict[str, int]:
    return dict(runs.values_list("function").annotate(Count("pk")).order_by())
