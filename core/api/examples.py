"""Example values in the OpenAPI document, chosen by a property's name, format or type.

A postprocessing hook of drf-spectacular.
"""

from collections.abc import Iterator
from typing import Any

ID = "01a1fba2-6a42-7d31-9f04-3c2b9d8e5a10"
INSTANT = "2027-03-01T09:00:00.000000+00:00"
BY_NAME: dict[str, Any] = {
    "name": "Harbour launch",
    "title": "Fold the first boat",
    "description": "Paper, A4, eighty grams.",
    "content": "On it.",
    "message": "Glad you are here",
    "email": "mira@example.org",
    "password": "a long enough secret",
    "current_password": "a long enough secret",
    "new_password": "another long secret",
    "key": "HL",
    "slug": "paper-boats",
    "status": "TODO",
    "color": "#3b82f6",
    "due_date": "2027-03-01",
    "start_date": "2027-03-01",
    "end_date": "2027-03-31",
    "due_time": "14:30:00",
    "avatar_url": "https://example.com/picture.png",
    "image_url": "https://example.com/picture.png",
    "time_zone": "Europe/Berlin",
    "team_lead": "mira@example.org",
    "code": "123456",
    "version": "0.1.0",
    "action": "update",
}
BY_FORMAT: dict[str, Any] = {
    "uuid": ID,
    "date-time": INSTANT,
    "date": "2027-03-01",
    "time": "14:30:00",
    "email": "mira@example.org",
    "uri": "https://example.com/picture.png",
}
BY_TYPE: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "string": "text"}


SCALARS = frozenset(BY_TYPE)


def add_examples(result: dict[str, Any], **named: Any) -> dict[str, Any]:
    """Add an example to every scalar property of every schema."""
    for schema in result["components"]["schemas"].values():
        _complete(schema)
    for methods in result["paths"].values():
        for operation in (value for value in methods.values() if "responses" in value):
            for schema in _bodies(operation):
                _complete(schema)
    return result


def _bodies(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schemas of the request body and of all answers."""
    for body in [operation.get("requestBody", {}), *operation["responses"].values()]:
        yield from (content["schema"] for content in body.get("content", {}).values())


def _complete(schema: dict[str, Any]) -> None:
    for name, inner in schema.get("properties", {}).items():
        kinds = inner.get("type")
        kind = kinds[0] if isinstance(kinds, list) else kinds
        if kind in SCALARS and "const" not in inner and "enum" not in inner:
            inner.setdefault("examples", [_value(name, kind, inner.get("format", ""))])
        _complete(inner)
    if isinstance(items := schema.get("items"), dict):
        _complete(items)


def _value(name: str, kind: str, form: str) -> Any:
    if kind == "string" and name in BY_NAME:
        return BY_NAME[name]
    if kind == "string" and (name == "id" or name.endswith(("_id", "Id"))):
        return ID
    return BY_FORMAT.get(form, BY_TYPE[kind])
