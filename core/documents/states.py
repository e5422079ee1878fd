"""The state of a workspace for a person: a text that changes with whatever its lists may show."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import Func, Model, OuterRef, QuerySet, Subquery, TextField

from core.queries import Compiled, Param

Fact = Callable[[Any, Any], QuerySet[Any]]
"""Makes the query for one value of whom is asking and the id of a workspace, or their Params."""

_facts: dict[str, Fact] = {}


def lists_depend_on(name: str, fact: Fact) -> None:
    """Register a fact that the state contains."""
    _facts[name] = fact


@cache
def state_within(model: type[Model]) -> Compiled:
    """The query for the state of the workspace of the row `within`, if the actor may see it."""
    rows: Any = model._default_manager
    return Compiled(lambda actor, within: _state(rows.visible_to(actor), actor, within))


def state_column(model: type[Model]) -> Subquery:
    """The same as a column of a document; PostgreSQL computes it once for all rows."""
    return Subquery(_state(model._base_manager.all(), Param("actor"), Param("within")))


def _state(rows: QuerySet[Any], actor: Any, within: Any) -> QuerySet[Any]:
    has_workspace = any(field.attname == "workspace_id" for field in rows.model._meta.fields)
    workspace = OuterRef("workspace_id" if has_workspace else "pk")
    facts = [Subquery(_facts[name](actor, workspace)) for name in sorted(_facts)]
    state = Func(*facts, template="concat_ws('.', %(expressions)s)", output_field=TextField())
    return rows.filter(pk=within).values_list(state, flat=True)
