"""The OpenAPI document as a judge of real answers."""

import json
import re
from functools import cache
from importlib import import_module
from typing import Any

import yaml
from django.http import HttpResponse
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from config.env import ROOT

# The library ships no types.
jsonschema: Any = import_module("jsonschema")

HERE = "urn:gantry"
KEY = r"{(\w+)}"
METHODS = ("get", "post", "put", "patch", "delete")
Operation = tuple[str, str]


@cache
def document() -> dict[str, Any]:
    """docs/api.yaml, where an object has no other keys than those described."""
    with (ROOT / "docs/api.yaml").open() as file:
        loaded: dict[str, Any] = sealed(yaml.load(file, Loader=yaml.CSafeLoader))
    return loaded


def sealed(part: Any) -> Any:
    if isinstance(part, list):
        return [sealed(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    closed = {key: sealed(inner) for key, inner in part.items()}
    if part.get("type") == "object" and "properties" in part:
        closed.setdefault("unevaluatedProperties", False)
    return closed


@cache
def operations() -> dict[Operation, dict[str, Any]]:
    return {
        (method, path): operation
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


@cache
def registry() -> Any:
    return Registry().with_resource(HERE, DRAFT202012.create_resource(document()))


def described(method: str, path: str) -> Operation:
    """The operation a request belongs to; words win over placeholders."""
    return method, min(fitting(method, path), key=lambda template: template.count("{"))


def fitting(method: str, path: str) -> list[str]:
    """The templates the path of a request could be made from."""
    bare = path.partition("?")[0]
    return [
        template
        for known, template in operations()
        if known == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), bare)
    ]


def complaints(answer: HttpResponse, operation: Operation) -> list[str]:
    """What the document does not say about this answer."""
    method, path = operation
    status = str(answer.status_code)
    told = operations()[operation]["responses"].get(status)
    if told is None:
        return [f"{status} is not declared: {answer.content.decode()}"]
    if "content" not in told:
        return [f"{status} has a body"] if answer.content else []
    steps = ("paths", path, method, "responses", status, "content", "application/json", "schema")
    pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)
    schema = {"$ref": f"{HERE}#/{pointer}"}
    check = jsonschema.Draft202012Validator(schema, registry=registry())
    flaws = check.iter_errors(json.loads(answer.content))
    return [f"{status} {flaw.json_path}: {flaw.message}" for flaw in flaws]
