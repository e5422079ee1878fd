"""`Idempotency-Key`: the answer is stored in the transaction of its effect and given again."""

import hashlib
from typing import Any

from django.db import connection
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.envelope import Exact
from core.errors import Invalid, Refusal
from core.models import IdempotencyKey

SAFE = ("GET", "HEAD", "OPTIONS")
KEPT_HEADERS = ("ETag", "Location")
MAX_KEY = 255


class IdempotencyKeyReused(Refusal):
    status = 422
    message = "This idempotency key was used for a different request."


class Replay(Exception):
    """Carries the first answer out of a request that need not run again."""

    def __init__(self, stored: IdempotencyKey) -> None:
        super().__init__(stored.key)
        self.stored = stored

    def as_response(self) -> Response:
        response = _Stored(bytes(self.stored.body), status=self.stored.status)
        for name, value in self.stored.headers.items():
            response[name] = value
        response["Idempotency-Replayed"] = "true"
        return response


class _Stored(Response):
    """A response whose body is already rendered, byte for byte."""

    def __init__(self, body: bytes, **options: Any) -> None:
        super().__init__(Exact({}), **options)
        self.stored_body = body

    @property
    def rendered_content(self) -> Any:
        self["Content-Type"] = "application/json"
        return self.stored_body


def claim(request: Request) -> IdempotencyKey | None:
    """Claim the request's key, waiting for a twin in flight; a known key raises `Replay`."""
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method in SAFE or not request.user.is_authenticated:
        return None
    if not 0 < len(key) <= MAX_KEY or not key.isprintable():
        raise Invalid(errors={"Idempotency-Key": ["1 to 255 printable characters."]})
    # A credential that reaches less must not be handed what another one was answered.
    principal = getattr(request.auth, "principal", None) or str(request.user.pk)
    claimed = IdempotencyKey(principal=principal, key=key, fingerprint=_fingerprint(request))
    if not _insert(claimed):
        stored = IdempotencyKey.objects.get(principal=claimed.principal, key=key)
        if stored.fingerprint != claimed.fingerprint:
            raise IdempotencyKeyReused
        raise Replay(stored)
    return claimed


def keep(claimed: IdempotencyKey, response: Response) -> None:
    """Store the rendered answer with the claimed key."""
    IdempotencyKey.objects.filter(pk=claimed.pk).update(
        status=response.status_code,
        headers={name: response[name] for name in KEPT_HEADERS if name in response},
        body=response.content,
    )


def _insert(claimed: IdempotencyKey) -> bool:
    """Insert unless it exists; blocks while a transaction with the same key is open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_idempotencykey (id, principal, key, fingerprint, status, headers,"
            " body) VALUES (%s, %s, %s, %s, 0, '{}', '') ON CONFLICT (principal, key) DO NOTHING",
            [claimed.pk, claimed.principal, claimed.key, claimed.fingerprint],
        )
        return bool(cursor.rowcount == 1)


def _fingerprint(request: Request) -> str:
    parts = (request.method, request.get_full_path(), request.body)
    digest = hashlib.sha256()
    for part in parts:
        digest.update((part if isinstance(part, bytes) else str(part).encode()) + b"\0")
    return digest.hexdigest()
