"""Finding rows by the ids that clients use."""

from functools import cache
from typing import Any

from django.db.models import Model, QuerySet

from core.actor import Actor
from core.api.sizes import LONGEST_VALUE
from core.models import as_uuid
from core.queries import Compiled


def find_row(model: type[Model], value: str, *, actor: Actor) -> Any | None:
    """The row with this public id if the actor may see it, else None; with the actor's roles."""
    pk = as_uuid(value)
    found = visible(model).first(actor=actor, pk=pk) if pk else None
    rows: Any = model._default_manager
    if found is None and hasattr(rows, "with_public_id"):  # perhaps the id of a provider
        return find_by_public_id(_visible_rows(model, actor), value)
    return found


def find_by_public_id(rows: QuerySet[Any], value: str) -> Any | None:
    """The row with this public id, or None, also for text that cannot be an id."""
    if not may_be_id(value):
        return None
    if hasattr(rows, "with_public_id"):
        return rows.with_public_id(value).first()
    pk = as_uuid(value)
    return rows.filter(pk=pk).first() if pk else None


def may_be_id(value: str) -> bool:
    """Whether a text can be an id at all; checked before it is parsed, or sent to PostgreSQL.

    PostgreSQL raises an error for NUL characters and lone surrogates.
    """
    return len(value) <= LONGEST_VALUE and value.isprintable()


@cache
def visible(model: type[Model]) -> Compiled:
    """The query for a row, by its primary key, that the actor may see."""
    return Compiled(lambda actor, pk: _visible_rows(model, actor).filter(pk=pk))


def _visible_rows(model: Any, actor: Any) -> Any:
    rows = model.objects.visible_to(actor)
    return rows.with_standing_of(actor) if hasattr(rows, "with_standing_of") else rows
