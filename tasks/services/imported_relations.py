"""Relations of tasks that are made many at a time, hidden at first."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q

from core.actor import Actor
from core.batches import insert_all
from core.events import IMPORT, publish_all
from core.shared_locks import await_turns
from tasks.events import TaskRelated
from tasks.models import Relation, RelationKind, Task
from tasks.services.relations import BLOCKED, MOST_RELATIONS, relation_changes

Own = Callable[[Collection[UUID]], Collection[UUID]]


class Wanted(NamedTuple):
    """A relation between two tasks, by their ids."""

    source: UUID
    target: UUID
    kind: str


def relate_hidden(
    *, actor: Actor, workspace_id: UUID, wanted: Sequence[Wanted], hidden: Collection[UUID]
) -> None:
    """Add relations of `hidden` tasks, which do not block each other in a circle.

    What cannot be is left out: a second one between the same two, one to a task that is gone or
    has too many, and one by which tasks that are there already would close a circle.
    """
    await_turns([f"relations of {workspace_id}"])
    ends = {end for each in wanted for end in (each.source, each.target)} - set(hidden)
    there = Task.objects.alive().filter(pk__any_of=list(ends), workspace=workspace_id)
    locked = there.select_for_update(no_key=True, of=("self",)).order_by("pk")
    known = {*hidden, *locked.values_list("pk", flat=True)}
    counts = _counts({end for each in wanted for end in (each.source, each.target)})
    rows = []
    for each in wanted:
        pair = each.source, each.target
        is_full = any(counts[end] >= MOST_RELATIONS for end in pair)
        if is_full or not known.issuperset(pair):
            continue
        if not set(hidden).issuperset(pair) and _closes_circle(each):
            continue
        counts.update(pair)
        rows.append(
            Relation(
                workspace_id=workspace_id,
                source_id=each.source,
                target_id=each.target,
                kind=each.kind,
                created_by=actor.person,
            )
        )
    insert_all(rows, ignore_conflicts=True)


def tell_relations(*, actor: Actor, tasks: Sequence[UUID], until: datetime, is_own: Own) -> None:
    """Publish the relations of these tasks that the actor added until then, while they were hidden.

    To each of these tasks, and to the other one as well unless it is told in its own turn, because
    `is_own` returns it.
    """
    theirs = Q(source__in=tasks) | Q(target__in=tasks)
    found = Relation.objects.filter(theirs, created_by=actor.user, created_at__lte=until)
    rows = list(found.select_related("source__project", "target__project").order_by("pk"))
    chosen = set(tasks)
    ends = {end for row in rows for end in (row.source_id, row.target_id)}
    own = set(is_own(ends - chosen)) if ends - chosen else set()
    publish_all(
        [
            TaskRelated(actor=actor, task=task, changes=changes, origin=IMPORT)
            for row in rows
            for task, changes in relation_changes(row, is_new=True)
            if task.pk not in own
        ]
    )


def _counts(tasks: Collection[UUID]) -> Counter[UUID]:
    counts = Counter[UUID]()
    for end in ("source_id", "target_id"):
        rows = Relation.objects.filter(**{f"{end}__in": tasks}).values_list(end, flat=True)
        counts.update(rows)
    return counts


def _closes_circle(wanted: Wanted) -> bool:
    if wanted.kind != RelationKind.BLOCKS:
        return False
    with connection.cursor() as cursor:
        cursor.execute(BLOCKED, {"source": wanted.source, "target": wanted.target})
        return bool(cursor.fetchall())
