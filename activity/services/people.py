"""Events about people, recorded in the workspaces that show them: what lists show has changed."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import ForeignKey

from accounts.models import User
from activity.models import Event
from activity.services.events import request_id, who_acted
from core.context import as_system
from core.events import Event as Happening
from core.queries import insert


def record_where_shown(happening: Happening, *, action: str) -> None:
    """Insert a row without values in every workspace that shows the person of an event."""
    person: User = vars(happening)["person"]
    former: User | None = vars(happening).get("former")
    columns = {"entity": "person", "entity_id": person.pk, "action": action}
    columns |= {**who_acted(happening), "request_id": request_id()}
    with as_system("recording that a person has changed"):
        shown_in = _workspaces_showing(person, former)
        insert(*(Event(workspace_id=workspace_id, **columns) for workspace_id in shown_in))


def _workspaces_showing(*people: User | None) -> set[UUID]:
    """The workspaces with a row that refers to one of the people, who may have left them."""
    ids = [person.pk for person in people if person]
    first, *others = (
        model._base_manager.filter(**{f"{key}__in": ids})
        .order_by()
        .values_list("workspace_id")
        .distinct()
        for model, key in _references()
    )
    return {workspace_id for (workspace_id,) in first.union(*others) if workspace_id}


@cache
def _references() -> list[tuple[Any, str]]:
    """The models of rows in workspaces, each with the name of a foreign key to a person."""
    return list(_found(apps.get_models()))


def _found(models: Iterable[Any]) -> Iterator[tuple[Any, str]]:
    for model in models:
        names = {field.attname for field in model._meta.concrete_fields}
        for field in model._meta.concrete_fields if "workspace_id" in names else ():
            if isinstance(field, ForeignKey) and field.related_model is User:
                yield model, field.name
