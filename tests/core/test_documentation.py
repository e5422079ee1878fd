"""The API document reads well: a summary, an example and a place for every operation."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from tests.support.cast import Client
from tests.support.openapi import document, operations

SCALARS = {"string", "integer", "number", "boolean"}
SAID_BY_ITSELF = {"examples", "enum", "const", "$ref"}


def test_every_operation_has_a_summary() -> None:
    summaries = {
        f"{method} {path}": operation["summary"]
        for (method, path), operation in operations().items()
    }
    assert summaries
    assert {name: said for name, said in summaries.items() if not 4 <= len(said) <= 100} == {}


def schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from document()["components"]["schemas"].items()
    for (method, path), operation in operations().items():
        for body in [operation.get("requestBody", {}), *operation["responses"].values()]:
            for content in body.get("content", {}).values():
                yield f"{method} {path}", content["schema"]


def without_example(schema: dict[str, Any]) -> Iterator[str]:
    for name, inner in schema.get("properties", {}).items():
        kinds = inner.get("type")
        kind = kinds[0] if isinstance(kinds, list) else kinds
        if kind in SCALARS and SAID_BY_ITSELF.isdisjoint(inner):
            yield name
        yield from without_example(inner)
    if "items" in schema:
        yield from without_example(schema["items"])


def test_every_value_of_every_body_has_an_example() -> None:
    missing = {name: list(without_example(schema)) for name, schema in schemas()}
    assert len(missing) > len(document()["components"]["schemas"])
    assert {name: fields for name, fields in missing.items() if fields} == {}


@pytest.mark.parametrize("place", range(4))
def test_tags_stand_in_the_order_of_a_persons_work(place: int) -> None:
    configured: Any = settings.SPECTACULAR_SETTINGS
    names = [tag["name"] for tag in configured["TAGS"]]
    assert names[place] == ("workspaces", "projects", "tasks", "comments")[place]


def test_every_tag_in_use_is_document() -> None:
    used = {tag for operation in operations().values() for tag in operation["tags"]}
    unequal = used ^ {tag["name"] for tag in document()["tags"]}
    assert not unequal, f"{unequal}: one of TAGS (config/settings/api.py), then bin/schema"


def test_signing_in_on_the_page_signs_the_page_in(db: None) -> None:
    script = Client().get("/api/docs", {"script": ""})
    assert 'ui.preauthorizeApiKey("bearer", token)' in script.content.decode()
    assert document()["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
