"""Whether a stored answer may be given again: its caller must still see what it shows.

Beside an answer stand the rows its request was about, each with what held for the caller right
after the effect: their roles there and whether they had the right to the action. Asked again, all
of it must still hold. What the request itself has ended, such as a lead who hands over, is no
condition.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from django.apps import apps
from django.db.models import Model
from rest_framework.exceptions import APIException

from core.api.idempotency import AnswerNotKept
from core.api.visibility import find_known
from core.context import show_workspaces_of
from core.errors import Refusal

if TYPE_CHECKING:
    from core.api.viewsets import ServiceViewSet

Condition = dict[str, Any]
"""`{"model", "id", "roles", "may"}`, as JSON."""


class Touched(NamedTuple):
    """A row a request was about: its permission was checked on it, or its document was shown."""

    model: type[Model]
    pk: Any
    is_checked: bool


def conditions_of(view: "ServiceViewSet", touched: list[Touched]) -> list[Condition] | None:
    """What holds now; None if the caller does not even see what they were shown."""
    # By now the caller may belong to a workspace more.
    show_workspaces_of(view.actor.person_id, view.actor.credential.workspaces)
    found = []
    for model, pk, is_checked in dict.fromkeys(touched):
        try:
            row = find_known(model, pk, actor=view.actor)
        except Refusal:
            if is_checked:
                continue
            return None
        found.append(
            {
                "model": model._meta.label,
                "id": str(pk),
                "roles": _roles(view, row),
                "may": is_checked and _may(view, row),
            }
        )
    return found


def check_conditions(view: "ServiceViewSet", conditions: list[Condition]) -> None:
    """Refuse as the route itself would refuse now, or because the caller's roles have changed."""
    for condition in conditions:
        model = _model(condition["model"], view)
        row = find_known(model, condition["id"], actor=view.actor)
        if condition["may"]:
            view.check_object_permissions(view.request, row)
        if condition["roles"] != _roles(view, row):
            raise AnswerNotKept(view.repeat_advice)


def _model(label: str, view: "ServiceViewSet") -> type[Model]:
    try:
        return apps.get_model(label)
    except LookupError as renamed:
        raise AnswerNotKept(view.repeat_advice) from renamed


def _may(view: "ServiceViewSet", row: Model) -> bool:
    try:
        view.check_object_permissions(view.request, row)
    except (Refusal, APIException):
        return False
    return True


def _roles(view: "ServiceViewSet", row: Any) -> list[str]:
    return list(row.standing_of(view.actor).roles) if hasattr(row, "standing_of") else []
