"""Bodies made from the OpenAPI document: ordinary, as long as accepted, as large as read."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from tests.support.openapi import document

CONTENTS = {
    "marks": "\u0301\u0316",
    "addresses": "a@",
    "brackets": "((",
    "digits": "99",
    "spaces": " \t",
    "capitals": "aA",
    "dots": "a.",
}
BOUND = 2
"""How many of them what has a format is tried with."""
ODD = "the odd one"
"""Stands where JSON that was written before is put: writing a megabyte takes longer than asking."""
ORDINARY = {"email": "new@example.com", "date": "2031-05-01", "uri": "https://example.com/a.png"}
LONGEST = 100
Path = tuple[str, ...]
Leaves = Mapping[Path, dict[str, Any]]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without references; of alternatives, the one with the longest text."""
    if "$ref" in schema:
        return resolved(document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            return resolved(schema[several][0])
    return schema


def leaves(schema: dict[str, Any], *path: str) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every field of a body, however deep, with where it is."""
    schema = resolved(schema)
    if "properties" not in schema:
        yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from leaves(inner, *path, name)


def sample(schema: dict[str, Any]) -> Any:
    """An ordinary value."""
    schema = resolved(schema)
    if "properties" in schema:
        return {name: sample(inner) for name, inner in schema["properties"].items()}
    if "enum" in schema:
        return schema["enum"][0]
    kinds = {"integer": 1, "boolean": True, "array": [], "number": 1.5}
    kind = schema.get("type", "string")
    return kinds.get(kind[0] if isinstance(kind, list) else kind) or ORDINARY.get(
        schema.get("format", ""), "ordinary"
    )


def replaced(body: Any, path: tuple[str, ...], value: Any) -> Any:
    """The body with another value at this place."""
    if not path:
        return value
    return {**body, path[0]: replaced(body.get(path[0], {}), path[1:], value)}


def written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def with_values(body: Any, values: Mapping[Path, Any]) -> Any:
    """The body with other values at these places."""
    for path, value in values.items():
        body = replaced(body, path, value)
    return body


def longest(leaf: dict[str, Any], content: str) -> str:
    """The longest text that is accepted."""
    most: int = leaf.get("maxLength", LONGEST)
    return (content * most)[:most]


def accepted(fields: Leaves) -> Iterator[tuple[str, dict[Path, str]]]:
    """The longest each field takes; those with a format, which refuse it, apart."""
    for number, (name, content) in enumerate(CONTENTS.items()):
        free = {path for path, leaf in fields.items() if is_free(leaf)}
        for paths in (free, fields.keys() - free if number < BOUND else ()):
            if values := {path: longest(fields[path], content) for path in paths}:
                yield name, values


def codes_of(fields: Leaves) -> dict[Path, Any]:
    """What tells fields apart: those of one name, length and format are read by the same code."""
    told = ("type", "maxLength", "format", "pattern")
    return {
        path: (*path[-1:], *(str(leaf.get(name)) for name in told)) for path, leaf in fields.items()
    }


def is_free(leaf: dict[str, Any]) -> bool:
    return "maxLength" in leaf and "format" not in leaf


@cache
def too_large(room: int) -> dict[str, str]:
    """What fills so many bytes, as JSON."""
    values: dict[str, Any] = {
        name: CONTENTS[name] * (room // len(CONTENTS[name].encode()) - 5)
        for name in ("marks", "brackets")
    }
    values |= {"texts": ["a@example.com"] * (room // 20), "lists": [["[" * 90]] * (room // 120)}
    return {name: written(value) for name, value in values.items()}


@cache
def too_large_around(room: int) -> dict[str, str]:
    """What comes before the fields of a body, as JSON."""
    keys = ", ".join(f'"aB{n}": 1' for n in range(room // 20))
    return {"a long key": f'"{"A" * (room - 9000)}"', "many keys": f'{keys}, "aB"'}


def fields_too_large(body: Any, fields: Iterable[Path], room: int) -> list[tuple[str, str]]:
    """All fields share the room, and the first has it for itself."""
    paths = [*fields]
    everywhere = written(with_values(body, dict.fromkeys(paths, ODD)))
    parts = too_large(room // max(1, len(paths))).items()
    found = [(name, everywhere.replace(written(ODD), part)) for name, part in parts]
    if paths:
        name, whole = ".".join(paths[0]), too_large(room)["marks"]
        text = written(replaced(body, paths[0], ODD)).replace(written(ODD), whole)
        found.append((f"{name}=marks", text))
    return found


def bodies_too_large(body: Any, room: int) -> list[tuple[str, str]]:
    """Around the fields."""
    around = too_large_around(room).items()
    with_key = written({**body, ODD: 1})
    found = [(name, with_key.replace(written(ODD), key)) for name, key in around]
    return [*found, ("many values", f"[{'[],' * (room // 4)}[]]")]
