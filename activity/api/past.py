"""`?as_of=` of tasks and boards: they are read from the log, by today's rights."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q
from rest_framework.response import Response

from accounts.models import User
from activity.api.documents import person_shown
from activity.rights import OF_SETTINGS
from activity.services.names import Asker, PersonShown
from activity.services.past import (
    MOST,
    MOST_EDITS,
    MOST_SETTINGS,
    NotYet,
    Olds,
    WasDeleted,
    number_at,
    olds_of_task,
)
from activity.services.past_boards import board_then, cards_then
from activity.services.past_projects import ProjectThen, project_then
from activity.services.past_tasks import (
    OF_PROJECT,
    column_values,
    completed_then,
    description_then,
    html_then,
    number_then,
    parent_then,
    project_of,
    recurrence_then,
    values_then,
)
from core.api.envelope import Answer
from core.api.viewsets import ServiceViewSet
from core.documents.fields import Document
from core.documents.reading import show_one
from projects.models import Project
from tasks.api.board import ASSEMBLING
from tasks.api.documents import ProjectOfTask, TaskDocument
from tasks.api.past import NOT_LOGGED, NOT_SHOWN
from tasks.models import Task

Facts = dict[str, Any]
WITH = frozenset({"html", "labels"})


def board_as_of(view: ServiceViewSet, pk: str, asked: Facts) -> Response:
    """The board of a project that may be read today."""
    project: Project = view.find(Project, pk)
    moment = asked["as_of"]
    seq = number_at(
        project.workspace_id,
        moment,
        (Q(project_id=project.pk), MOST),
        (Q(former_project_id=project.pk), MOST),
        _settings_of(project.pk),
    )
    with ASSEMBLING:
        cards = cards_then(view.actor, project, seq=seq, limit=asked["limit"])
        shown = board_then(view.actor, project, _project(project.pk, seq), cards)
    data = {"columns": shown.columns, "people": shown.people, "labels": shown.labels}
    return _answer(data, moment, seq, unknown=() if shown.is_whole else ["label_ids"])


def task_as_of(view: ServiceViewSet, pk: str, asked: Facts) -> Response:
    """A task that may be read today, if it was in a project that may be, too."""
    task: Task = view.find(Task, pk)
    moment = asked["as_of"]
    of_task = Q(task_id=task.pk)
    edits = of_task & Q(entity="task", text_changes__field="description")
    seq = number_at(task.workspace_id, moment, (of_task, MOST), (edits, MOST_EDITS))
    shown = _document(TaskDocument, task.pk, view)
    olds, comments = olds_of_task(task.pk, seq)
    _check_alive(olds)
    place = project_of(olds, UUID(shown["project_id"]))
    # The settings of a project that may not be read today are not looked at.
    if not Project.objects.reachable_by(view.actor).filter(pk=place).exists():
        raise NotYet
    number_at(task.workspace_id, moment, _settings_of(place))
    then = _project(place, seq)
    erased, unknown = _change(shown, then, olds, moment=moment, seq=seq, view=view)
    shown["comment_count"] = comments
    _name_people(shown, olds, then, Asker(view.actor, task.standing_of(view.actor)))
    return _answer(shown, moment, seq, erased=erased, unknown=unknown)


def _settings_of(project: UUID) -> tuple[Q, int]:
    return Q(project_id=project, entity__in=OF_SETTINGS), MOST_SETTINGS


def _project(project: UUID, seq: int) -> ProjectThen:
    then = project_then(project, seq)
    if not then.was_made:
        raise NotYet
    if then.was_deleted:
        raise WasDeleted
    return then


def _check_alive(olds: Olds) -> None:
    match olds.get("action"):
        case (_, "created"):
            raise NotYet
        case (_, "restored"):
            raise WasDeleted


def _change(
    shown: Facts,
    then: ProjectThen,
    olds: Olds,
    *,
    moment: datetime,
    seq: int,
    view: ServiceViewSet,
) -> tuple[list[str], list[str]]:
    """Make today's document that of the moment; the names of what is erased, and not known."""
    task, project = UUID(shown["id"]), _project_shown(shown, then, olds, view)
    labels, is_whole = then.labels_of(shown["id"], olds, [each["id"] for each in shown["labels"]])
    key, number = then.status_of(task, olds, shown["status"]), number_then(olds, shown["number"])
    column = column_values(then, key)
    completed = completed_then(olds, shown["completed_at"], moment)
    now = str(shown["description"])
    text = description_then(task, seq, now, shown["version"]) if "description" in olds else now
    shown |= {
        **values_then(olds),
        **column,
        "number": number,
        "key": f"{project['key']}-{number}",
        "project": project,
        **dict.fromkeys(("project_id", "projectId"), project["id"]),
        "recurrence": recurrence_then(olds, shown["recurrence"]),
        "completed_at": completed if column["is_complete"] else None,
        "parent_id": parent_then(olds, shown["parent_id"], view.actor),
        "description": text,
        "description_html": html_then(text),
        "labels": [{"id": pk, **then.labels[pk]} for pk in labels],
        "abilities": dict.fromkeys(shown["abilities"], False),
        **dict.fromkeys(NOT_LOGGED),
    }
    for name in NOT_SHOWN:
        shown.pop(name, None)
    is_lost = column["is_complete"] and completed is None
    unknown = ["completed_at"] * is_lost + ["labels"] * (not is_whole)
    return ["description", "description_html"] * (text is None), unknown


def _project_shown(shown: Facts, then: ProjectThen, olds: Olds, view: ServiceViewSet) -> Facts:
    """The project of the task as it was, but for its lead."""
    project: Facts = shown["project"]
    if "project" in olds:
        project = _document(ProjectOfTask, project_of(olds, UUID(project["id"])), view)
    return project | {name: then.values[name] for name in OF_PROJECT if name in then.values}


def _document(document: type[Document], pk: Any, view: ServiceViewSet) -> Facts:
    """Today's document of a row that exists, with the lists it has in the past as well."""
    shown = show_one(document, pk, include=WITH, values=view.values)
    found: Facts = orjson.loads(orjson.dumps(shown.document))
    return found


def _name_people(shown: Facts, olds: Olds, then: ProjectThen, asker: Asker) -> None:
    """Put in who was the assignee and who the lead of the project, if they were others."""
    changed = {name: olds[name][1] for name in ("assignee",) if name in olds}
    changed |= {name: then.values[name] for name in ("team_lead",) if name in then.values}
    wanted = {*changed.values()} - {None}
    rows = User.objects.filter(pk__any_of=wanted).values_list(*PersonShown._fields)
    people = {str(row[0]): PersonShown(*row) for row in rows}
    if "assignee" in changed:
        person = people.get(changed["assignee"])
        shown["assignee"] = person and person_shown(person, asker)
        shown |= dict.fromkeys(("assignee_id", "assigneeId"), person and person.public_id)
    if "team_lead" in changed:
        lead = people.get(changed["team_lead"])
        shown["project"] = shown["project"] | {"team_lead": lead and lead.public_id}


def _answer(
    data: Facts,
    moment: datetime,
    seq: int,
    *,
    erased: Collection[str] = (),
    unknown: Collection[str] = (),
) -> Response:
    meta = {"as_of": moment.astimezone(UTC).isoformat(), "seq": seq}
    return Response(Answer(data, meta={**meta, "erased": [*erased], "unknown": [*unknown]}))
