"""Adds the answers that any operation may give to the OpenAPI document.

A postprocessing hook of drf-spectacular, because these answers come from `config.limits`,
`config.bodies` and middleware, before a view is called that could declare them.
"""

from collections.abc import Iterator
from typing import Any

from core.api.idempotency import SAFE

Schema = dict[str, Any]

REFUSALS = {
    "400": ("Malformed", "Malformed or invalid"),
    "401": ("NotSignedIn", "Not signed in"),
    "403": ("Forbidden", "Not allowed"),
    "404": ("NotFound", "Not found"),
    "406": ("NotAcceptable", "No media type of `Accept` is offered: answers are JSON"),
    "408": ("RequestTimeout", "The body took too long to arrive"),
    "409": ("Conflict", "State conflict"),
    "413": ("TooLarge", "The body is too large"),
    "414": ("UriTooLong", "The URL is too long"),
    "415": ("UnsupportedMediaType", "Not JSON"),
    "422": ("IdempotencyKeyReused", "Idempotency key reused"),
    "431": ("HeadersTooLarge", "The headers are too large"),
    "503": ("Unavailable", "Busy; try again"),
}
"""By status: the name of the component in the document, and its description."""
ANYWHERE = ("400", "406", "408", "413", "414", "431", "503")
"""Statuses of every operation; 400 also where no input is read, for too many URL parameters."""
HEADERS: dict[str, Schema] = {
    "X-Request-ID": {
        "description": "Names the request in logs: the one that was sent, where it is harmless.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"},
    },
    "Retry-After": {
        "description": "Seconds to wait before another try.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "WWW-Authenticate": {
        "description": "How to authenticate.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "The version of the object, for `If-Match`.",
        "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
    },
    "ListETag": {
        "description": "The tag of the list, for `If-None-Match`; absent where it is empty.",
        "schema": {"type": "string", "pattern": '^W/"[0-9a-f]{32}"$'},
    },
    "Link": {
        "description": 'Where the list goes on (`rel="next"`), if it does.',
        "schema": {"type": "string"},
    },
    "Dry-Run": {
        "description": "Present where nothing was stored.",
        "schema": {"type": "string", "const": "true"},
    },
    "Idempotency-Replayed": {
        "description": "Present where this is the first answer again.",
        "schema": {"type": "string", "const": "true"},
    },
}
HEADERS_IF_ASKED = {"Idempotency-Replayed": "Idempotency-Key", "Dry-Run": "dry_run"}
"""Headers of answers to writes, each with the parameter that asks for it."""
HEADERS_OF = {"401": ("WWW-Authenticate",), "429": ("Retry-After",), "503": ("Retry-After",)}


def reference(status: str) -> Schema:
    """A reference to the general answer with this status."""
    return {"$ref": f"#/components/responses/{REFUSALS[status][0]}"}


def header(name: str) -> Schema:
    """A reference to one of `HEADERS`."""
    return {name: {"$ref": f"#/components/headers/{name}"}}


def add_general_answers(result: Schema, **named: Any) -> Schema:
    """Add the answers of ANYWHERE to every operation, and headers to every answer."""
    components = result["components"]
    components["headers"] = HEADERS
    components["responses"] = {
        name: _refusal(status, about) for status, (name, about) in REFUSALS.items()
    }
    for method, operation in _operations(result):
        answers = {status: reference(status) for status in ANYWHERE} | operation["responses"]
        for status, answer in answers.items():
            if "$ref" not in answer:
                _add_headers(answer, _names(status, method, operation))
        operation["responses"] = dict(sorted(answers.items()))
    return result


def _operations(result: Schema) -> Iterator[tuple[str, Schema]]:
    for methods in result["paths"].values():
        for method, operation in methods.items():
            yield method.upper(), operation


def _refusal(status: str, about: str) -> Schema:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}
    answer = {"description": about, "content": content}
    _add_headers(answer, ("X-Request-ID", *HEADERS_OF.get(status, ())))
    return answer


def _names(status: str, method: str, operation: Schema) -> tuple[str, ...]:
    names = ("X-Request-ID", *HEADERS_OF.get(status, ()))
    if method in SAFE or not status.startswith("2"):
        return names
    known = {one["name"] for one in operation.get("parameters", ())}
    return (*names, *(name for name, asked in HEADERS_IF_ASKED.items() if asked in known))


def _add_headers(answer: Schema, names: tuple[str, ...]) -> None:
    for name in names:
        answer["headers"] = {**answer.get("headers", {}), **header(name)}
