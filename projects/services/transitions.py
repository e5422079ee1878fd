"""Changing the moves between columns that a project allows."""

from collections.abc import Iterable

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid
from core.events import Changes, publish
from projects.events import TransitionsChanged
from projects.models import Project, Status, Transition, columns_of
from projects.services.locks import locked_for_workflow

Move = tuple[Status, Status]


class NoSuchMove(Invalid):
    message = "A move leads from a column of the project to another one."


@transaction.atomic
def set_transitions(*, actor: Actor, project: Project, moves: Iterable[Move]) -> Project:
    """Allow these moves and no others; without any, every move is allowed."""
    project = locked_for_workflow(project, actor)
    columns = {column.pk: column for column in columns_of.rows(project=project)}
    wanted = dict.fromkeys((source.pk, target.pk) for source, target in moves)
    if any({source, target} - columns.keys() or source == target for source, target in wanted):
        raise NoSuchMove(errors={"transitions": [NoSuchMove.message]})
    rows = Transition.objects.filter(project=project)
    present = {(row.source_id, row.target_id): row for row in rows}
    gone = [row.pk for pair, row in present.items() if pair not in wanted]
    new = [pair for pair in wanted if pair not in present]
    if not (gone or new):
        return project
    rows.filter(pk__in=gone).delete()
    Transition.objects.bulk_create(
        Transition(workspace_id=project.workspace_id, project=project, source_id=a, target_id=b)
        for a, b in new
    )
    named = [
        sorted(f"{columns[source].key} → {columns[target].key}" for source, target in pairs)
        for pairs in (present, wanted)
    ]
    changes: Changes = {"transitions": {"old": named[0], "new": named[1]}}
    publish(TransitionsChanged(actor=actor, project=project, changes=changes))
    return project
