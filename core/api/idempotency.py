"""`Idempotency-Key`: the answer is stored in the request's transaction, and repeated on a retry.

Answers that may contain a secret, or are too large, are not stored. A retry of such a request is
refused with `AnswerNotKept`, because the request has already been carried out.
"""

import hashlib
from typing import Any

from django.db import connection
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.actors import actor_of
from core.api.envelope import WithoutEnvelope
from core.api.forms import form_digest
from core.context import SHORT_LOCK_WAITS
from core.errors import Conflict, Invalid, Refusal
from core.lock_waits import may_wait
from core.models import IdempotencyKey

SAFE = ("GET", "HEAD", "OPTIONS")
KEPT_HEADERS = ("ETag", "Location")
MAX_KEY = 255
MAX_BODY = 65_536
"""Most bytes of an answer that is stored."""
CLAIM = """
    INSERT INTO core_idempotencykey (id, principal, key, fingerprint, status, headers, body)
    SELECT claimed.*, 0, '{}'::jsonb, ''::bytea
    FROM (SELECT %s::uuid, %s, %s, %s) AS claimed
    ON CONFLICT (principal, key) DO NOTHING
"""
CLAIM_SOON = CLAIM.replace("AS claimed", f"AS claimed, (SELECT {SHORT_LOCK_WAITS}) AS limits")


class IdempotencyKeyReused(Refusal):
    status = 422
    message = "This idempotency key was used for a different request."


class AnswerNotKept(Conflict):
    message = "This request was carried out before, but its answer is not given a second time."

    def __init__(self, advice: str = "") -> None:
        super().__init__(f"{self.message} {advice}".strip())


class Replay(Exception):
    """Raised when the key was used before: the stored answer is given instead of running again."""

    def __init__(self, stored: IdempotencyKey) -> None:
        super().__init__(stored.key)
        self.stored = stored


class Stored(Response):
    """A response with a stored body, which is sent byte for byte."""

    def __init__(self, body: bytes, **options: Any) -> None:
        super().__init__(WithoutEnvelope({}), **options)
        self.stored_body = body

    @property
    def rendered_content(self) -> Any:
        self["Content-Type"] = "application/json"
        return self.stored_body


def as_response(stored: IdempotencyKey) -> Response:
    """The stored answer, marked with `Idempotency-Replayed`."""
    response = Stored(bytes(stored.body), status=stored.status)
    for name, value in stored.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response


def key_of(request: Request) -> str | None:
    """The request's idempotency key, if it has one and keys have an effect for it; checked."""
    key: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None or request.method in SAFE or not request.user.is_authenticated:
        return None
    if not 0 < len(key) <= MAX_KEY or not key.isprintable():
        raise Invalid(errors={"Idempotency-Key": ["1 to 255 printable characters."]})
    return key


def claim(request: Request, *, is_streamed: bool = False) -> IdempotencyKey | None:
    """Insert the request's idempotency key; raises `Replay` if it was used before.

    Waits while another request with the same key is running. None if the request has no key, or
    keys have no effect for it.
    """
    if (key := key_of(request)) is None:
        return None
    # Per principal: a credential with fewer rights must not get an answer given to another one.
    principal = actor_of(request).principal
    body = form_digest(request) if is_streamed else request.body
    claimed = IdempotencyKey(principal=principal, key=key, fingerprint=_fingerprint(request, body))
    if not _insert(claimed):
        stored = IdempotencyKey.objects.get(principal=claimed.principal, key=key)
        if stored.fingerprint != claimed.fingerprint:
            raise IdempotencyKeyReused
        raise Replay(stored)
    return claimed


def keep(claimed: IdempotencyKey, response: Response, conditions: list[Any]) -> None:
    """Store the rendered answer with its key; `conditions` are checked before it is repeated."""
    IdempotencyKey.objects.filter(pk=claimed.pk).update(
        is_kept=True,
        status=response.status_code,
        headers={name: response[name] for name in KEPT_HEADERS if name in response},
        body=response.content,
        conditions=conditions,
    )


def keep_no_answer(claimed: IdempotencyKey, response: Response) -> None:
    """Store that the request was carried out, without its answer."""
    IdempotencyKey.objects.filter(pk=claimed.pk).update(status=response.status_code)


def _insert(claimed: IdempotencyKey) -> bool:
    """Insert unless it exists; blocks while a transaction with the same key is open.

    A request that may not wait for locks sets a short lock timeout, which then applies to the rest
    of its transaction as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM if may_wait() else CLAIM_SOON,
            [claimed.pk, claimed.principal, claimed.key, claimed.fingerprint],
        )
        return bool(cursor.rowcount == 1)


def _fingerprint(request: Request, body: bytes) -> str:
    parts = (request.method, request.get_full_path(), body)
    digest = hashlib.sha256()
    for part in parts:
        digest.update((part if isinstance(part, bytes) else str(part).encode()) + b"\0")
    return digest.hexdigest()
