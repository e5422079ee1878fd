"""Answers to credentials that may write but not read: only id and version of documents."""

from typing import Any

import orjson
from rest_framework.request import Request
from rest_framework.response import Response

from core.actor import Actor
from core.api.envelope import Answer
from core.api.idempotency import Stored
from core.api.renderers import to_json
from core.errors import Refusal

SHOWN_OF_A_DOCUMENT = ("id", "version")
SHOWN_OF_A_REFUSAL = (
    "success",
    "message",
    "code",
    "errors",
    "required",
    "you_have",
    "retry_after",
    "request_id",
)


def may_read(request: Request) -> bool:
    """Whether the credential may read; true without an actor, as for public endpoints."""
    return not isinstance(request.auth, Actor) or request.auth.credential.may_read


def withhold_documents(response: Response) -> None:
    """Reduce every document in the answer, or in the refusal, to its id and version."""
    if isinstance(response, Stored):
        if response.stored_body:
            response.stored_body = to_json(_reduced_answer(orjson.loads(response.stored_body)))
    elif response.exception:
        response.data = _reduced_answer(response.data, SHOWN_OF_A_REFUSAL)
    elif isinstance(response.data, Answer):
        response.data = Answer(_reduced(response.data.data), response.data.message)
    elif response.data is not None:
        response.data = _reduced(response.data)


def withhold_facts(response: Response, refusal: Refusal) -> None:
    """Replace the messages by the general one of the refusal's class.

    A message about a single case may contain stored values.
    """
    response.data["message"] = refusal.message
    if refusal.errors:
        response.data["errors"] = {field: [refusal.message] for field in refusal.errors}


def _reduced_answer(
    body: dict[str, Any], shown: tuple[str, ...] = ("success", "message")
) -> dict[str, Any]:
    return {
        name: _reduced(value) if name == "data" else value
        for name, value in body.items()
        if name in ("data", *shown)
    }


def _reduced(value: Any) -> Any:
    # Documents come from PostgreSQL as finished JSON.
    plain = orjson.loads(to_json(value))
    if isinstance(plain, list):
        return [_reduced(inner) for inner in plain]
    if isinstance(plain, dict):
        return {name: plain[name] for name in SHOWN_OF_A_DOCUMENT if name in plain}
    return None
