"""The OpenAPI document as a judge of real answers."""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import quote

import yaml
from django.http import HttpResponse
from jsonschema_rs import Draft202012Validator, Registry

from config.env import ROOT

HERE = "urn:gantry"
KEY = r"{(\w+)}"
METHODS = ("get", "post", "put", "patch", "delete")
Operation = tuple[str, str]


@cache
def loaded() -> dict[str, Any]:
    """docs/api.yaml as it is."""
    with (ROOT / "docs/api.yaml").open() as file:
        read: dict[str, Any] = yaml.load(file, Loader=yaml.CSafeLoader)
    return read


@cache
def document() -> dict[str, Any]:
    """docs/api.yaml, where an object has no other keys than those described."""
    closed: dict[str, Any] = sealed(loaded())
    return closed


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
def registry() -> Registry:
    return Registry([(HERE, document())])


@cache
def validator(pointer: str) -> Draft202012Validator:
    """Of the schema at a place of the document, formats included."""
    schema = {"$ref": f"{HERE}#/{pointer}"}
    return Draft202012Validator(schema, registry=registry(), validate_formats=True)


def described(method: str, path: str) -> Operation:
    """The operation a request belongs to; words win over placeholders."""
    return method, min(fitting(method, path), key=lambda template: template.count("{"))


def fitting(method: str, path: str) -> list[str]:
    """The templates the path of a request could be made from."""
    bare = path.partition("?")[0]
    return [template for template, fits in patterns(method) if fits(bare)]


@cache
def patterns(method: str) -> list[tuple[str, Callable[[str], object]]]:
    """The templates of a method, each with what tells whether a path fits."""
    return [
        (template, re.compile(re.sub(r"{\w+}", "[^/]+", template)).fullmatch)
        for known, template in operations()
        if known == method
    ]


def complaints(answer: HttpResponse, operation: Operation) -> list[str]:
    """What the document does not say about this answer."""
    method, path = operation
    status = str(answer.status_code)
    told = operations()[operation]["responses"].get(status)
    if told is None:
        return [f"{status} is not declared: {answer.content.decode()}"]
    steps = ["paths", path, method, "responses", status]
    if "$ref" in told:
        steps = told["$ref"].removeprefix("#/").split("/")
        told = document()["components"]["responses"][steps[-1]]
    if "content" not in told:
        return [f"{status} has a body"] if answer.content else []
    if answer["Content-Type"] in told["content"].keys() - {"application/json"}:
        return []
    steps += ["content", "application/json", "schema"]
    pointer = "/".join(quote(step.replace("~", "~0").replace("/", "~1")) for step in steps)
    flaws = validator(pointer).iter_errors(json.loads(answer.content))
    return [f"{status} {_place(flaw.instance_path)}: {flaw.message}" for flaw in flaws]


def _place(path: list[str | int]) -> str:
    return "/".join(map(str, path)) or "the body"
