"""Every field and query parameter that holds an id, and ids that must not stand there."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from rest_framework import serializers

from core.api.fields import Visible
from projects.api.inputs import PeopleNamed, PersonNamed
from tests.matrix.asks import ASKS, Ask, action_of, one_each, view_of

PLAIN = {
    *("content", "description", "message", "name", "title"),
    *("content_type", "file_name", "sha256"),
    "event_type",
    "type",
    "idempotency_key",
    "channel_name",  # of another service; tests/realtime asks for it
    *("color", "email", "image_url", "slug", "time_zone", "url"),
}
"""Text that names no row; an address may be anybody's."""
KINDS = {
    "workspace_id": "workspace",
    "project_id": "project",
    "status": "status",
    "order": "status",
    "transitions": "status",
    "move_to": "status",
    "after_id": "neighbour",
    "before_id": "neighbour",
    "parent_id": "parent",
    "labels": "label",
    "task_ids": "task",
    "task_id": "other_task",
    "depends_on": "other_task",
    "comment_id": "comment",
    "delivery_ids": "delivery",
    "team_lead": "colleague",
    "team_members": "colleague",
    "assignee_id": "member",
    "user_id": "member",
    "recipient_ids": "colleague",
    "reassign_to": "member",
    "ids": "notification",
}
"""What is named: a colleague belongs to the workspace, a member to the project as well.

A neighbour is another task in the same column, a parent another of the same project.
"""
INSTEAD = {"ids": "all"}
"""Fields that are left out where these are sent."""
QUERIES = {
    "workspace": "workspace",
    "workspaceId": "workspace",
    "workspace_id": "workspace",
    "move_to": "status",
    "assignee": "person",
    "created_by": "person",
    "filter": "filter",
    "project": "project",
    "task": "task",
    "cursor": "cursor",
}
NOWHERE = "01890000-0000-7000-8000-000000000000"
REFUSED = 300
"""Asks with such a status, or a higher one, are about what is somebody else's alone."""
NO_IDS: tuple[Any, ...] = (
    7,
    True,
    1.5,
    {"id": NOWHERE},
    [[NOWHERE]],
    "x",
    "\0",
    "\ud800",
    "x" * 500,
)


class Reference(NamedTuple):
    """A field of a body, or a parameter of a query, that names a row."""

    ask: Ask
    name: str
    kind: str
    is_list: bool = False
    is_optional: bool = False
    reader: tuple[Any, ...] = ()
    """The field that reads it; of those read by the same one all but ids are tried once."""

    @property
    def is_own_name(self) -> bool:
        """Whether it is spelled as the field is called."""
        return bool(self.name == self.reader[1])


def in_bodies() -> list[Reference]:
    return [
        Reference(
            ask, spelled, _kind(ask, name), _holds_list(field), _may_be_empty(field), (form, name)
        )
        for ask in one_each(ASKS)
        if ask.well < REFUSED
        for form, name, field in _fields(ask)
        if _holds_id(name, field)
        for spelled in sorted({name, _camel(name)})
    ]


def firsts(references: list[Reference]) -> set[Reference]:
    """Of those that the same field reads, under its own name, the first."""
    named = [each for each in references if each.is_own_name]
    return set({each.reader: each for each in reversed(named)}.values())


def in_queries() -> list[Reference]:
    return [
        Reference(ask, name, QUERIES[name])
        for ask in one_each(ASKS)
        for name in _parameters(ask)
        if name in QUERIES
    ]


def wrong_ids(reference: Reference, strangers: dict[str, list[str]]) -> list[Any]:
    """Ids of other places, and of nobody."""
    wrong = [*strangers.get(reference.kind, ()), NOWHERE]
    return [[value] for value in wrong] if reference.is_list else wrong


def no_ids(reference: Reference) -> list[Any]:
    """What is no id at all."""
    if reference.is_list:
        return [*[[value] for value in NO_IDS], None, 7, "x", {"id": NOWHERE}]
    return [*NO_IDS] if reference.is_optional else [*NO_IDS, None, "", [NOWHERE]]


def right_value(reference: Reference, own: dict[str, str]) -> Any:
    """An id that may stand there."""
    value = own[reference.kind]
    return [value] if reference.is_list else value


def body_with(reference: Reference, value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rest of the body that works, and this field."""
    spelled = _camel(reference.name)
    left_out = (spelled, INSTEAD.get(reference.name))
    kept = {name: part for name, part in reference.ask.body.items() if _camel(name) not in left_out}
    return kept, {reference.name: value}


def _fields(ask: Ask) -> Iterator[tuple[Any, str, Any]]:
    view = view_of(ask)
    inputs = getattr(getattr(view, "cls", None), "inputs", {})
    if form := inputs.get(action_of(ask)):
        for name, field in form(context={"actor": None}).fields.items():
            yield form, name, field


def _parameters(ask: Ask) -> list[str]:
    view = view_of(ask)
    if action_of(ask) != "list":
        return []
    filters = view.cls.filters.base_filters if view.cls.filters else ()
    return [*view.cls.query_params, *filters, "cursor"]


def _holds_id(name: str, field: Any) -> bool:
    inner = getattr(field, "child", field)
    if isinstance(field, PeopleNamed) or isinstance(inner, Visible | PersonNamed):
        return True
    if isinstance(inner, serializers.UUIDField):
        return True
    if type(inner) is not serializers.CharField or name in PLAIN:
        return False
    assert name in KINDS, f"{name}: say in PLAIN or in KINDS what it holds"
    return True


def _kind(ask: Ask, name: str) -> str:
    """Who leads or owns next, or takes over in a whole workspace, need be no project member."""
    if ask.path.endswith("/transfer"):
        return "second"
    if ask.path.endswith("/watchers"):
        return "colleague"
    if ask.right == "owner" or (name == "reassign_to" and ask.about == "workspace"):
        return "colleague"
    if name == "project_id" and ask.about == "workspace":
        return "second"  # who asks as an ADMIN may read private projects
    if name == "parent_id" and ask.path.endswith("/comments"):
        return "comment"
    return KINDS[name]


def _holds_list(field: Any) -> bool:
    return isinstance(field, serializers.ListField | PeopleNamed)


def _may_be_empty(field: Any) -> bool:
    return bool(field.allow_null or getattr(field, "allow_blank", False))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(map(str.title, rest))
