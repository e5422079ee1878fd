"""The filters of lists of tasks, for work that is done without a request."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from core.actor import Actor
from core.documents.conditions import Conditions
from tasks.api.filters import TaskFilters
from tasks.api.saved_filters import as_query


def list_conditions(actor: Actor, project: UUID, parameters: dict[str, Any]) -> Conditions:
    """What these query parameters of the project's list of tasks demand, for this person."""
    asked: Any = SimpleNamespace(
        query_params=as_query(parameters),
        auth=actor,
        user=actor.person,
        parser_context={"kwargs": {"pk": str(project)}},
    )
    return TaskFilters.conditions(asked)
