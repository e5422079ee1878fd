"""What becomes of an import that was cancelled, or that failed."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from django.db import transaction
from django.db.models import Q

from core.errors import Refusal
from imports.models import ExternalReference
from imports.services.imports import (
    APPLY,
    AT_ONCE,
    BEGIN_REVEAL,
    CHECK,
    IRREVERSIBLE,
    READ,
    RELATE,
    Import,
    next_phase,
)
from jobs.registry import Finished, Json, Outcome, Progress, Run
from projects.models import Project
from tasks.services.hidden import remove_hidden_tasks

ROWS_AT_ONCE = 20_000
TAKE_BACK = "take_back"
SENTENCE = "Taking the tasks back"
Step = Callable[[Import, Run, Json], Outcome]


def end(this: Import, run: Run, position: Json, steps: Mapping[str, Step]) -> Outcome:
    """The next step: on to the end if tasks are shown already, else back.

    With `partial`, the tasks that are there are kept, unless the project does not take them now.
    """
    phase = position.get("phase", READ)
    if phase in IRREVERSIBLE:
        outcome = steps[phase](this, run, position)
        is_kept = position.get("is_kept", False)
        if isinstance(outcome, Finished) and not is_kept:
            return replace(outcome, is_complete=True)
        return outcome
    if this.is_partial and phase == APPLY:
        return _leave_out(this, position)
    if this.is_partial and phase in (RELATE, BEGIN_REVEAL):
        try:
            with transaction.atomic():
                return steps[phase](this, run, {**position, "is_kept": True})
        except Refusal:
            return next_phase(position, TAKE_BACK, SENTENCE)
    return _take_back(this, position, has_tasks=phase not in (READ, CHECK))


def _leave_out(this: Import, position: Json) -> Progress:
    """Forget the rows that are no tasks yet, then go on with the others."""
    level, number = position.get("after") or (0, 0)
    later = this.new_rows().filter(Q(level=level, number__gt=number) | Q(level__gt=level))
    keys = list(later.values_list("pk", flat=True)[:ROWS_AT_ONCE])
    this.rows().filter(pk__any_of=keys).delete()
    if keys:
        return Progress(position=position, sentence="Leaving out what is missing")
    return next_phase(position, RELATE, "Keeping what is there", is_kept=True)


def _take_back(this: Import, position: Json, *, has_tasks: bool) -> Outcome:
    """Remove the tasks that were made last, then the rows that are none, then all is done."""
    made = this.new_rows().order_by("-level", "-number") if has_tasks else this.rows().none()
    chunk = list(made.values_list("pk", flat=True)[:AT_ONCE])
    if chunk:
        project: Project = Project.objects.locked_shared(this.project_id)
        ExternalReference.objects.filter(project=project, task__in=chunk).delete()
        remove_hidden_tasks(project, chunk)
    keys = chunk or list(this.rows().values_list("pk", flat=True)[:ROWS_AT_ONCE])
    if not keys:
        return Finished(sentence="Nothing was imported")
    this.rows().filter(pk__any_of=keys).delete()
    return Progress(position=position, sentence=SENTENCE)
