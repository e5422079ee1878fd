"""Whether a stored answer may be repeated: the caller must still be allowed to see it.

With an answer are stored the rows its request was about, and for each the caller's roles and
whether they had the right to the action, as they were right after the request was carried out. Both
must be the same when the request is repeated. Rights that the request itself has ended, such as
those of a lead who hands over the project, are therefore no condition.
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
"""`{"model", "id", "roles", "may"}`, stored as JSON."""


class Touched(NamedTuple):
    """A row the request was about: a permission was checked on it, or its document was shown."""

    model: type[Model]
    pk: Any
    is_checked: bool


def conditions_of(view: "ServiceViewSet", touched: list[Touched]) -> list[Condition] | None:
    """The conditions after the request; None if the caller cannot see a row they were shown."""
    # The request may have added the caller to a workspace.
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
    """Raise the refusal the route would give now, or AnswerNotKept if the roles have changed."""
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
