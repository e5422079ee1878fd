"""Checkpoints: the ends of all chains, signed, to be kept where nobody can rewrite them.

Ed25519 signs the UTF-8 of the JSON array `["gantry audit checkpoint", workspace_id, number, hash,
at]`, written as the canonical form of entries is; `workspace_id` is null for the instance.
"""

import base64
import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils import timezone

from audit.models import INSTANCE
from audit.services.reading import heads
from audit.services.verification import Signed

logger = logging.getLogger(__name__)
PURPOSE = "gantry audit checkpoint"
KEY = "checkpoint"
"""The key of a line of the log that has a checkpoint."""


class NoSigningKey(ValueError):
    """AUDIT_SIGNING_KEY is not set."""


class InvalidKey(ValueError):
    """Text that is no public key."""


class ForgedCheckpoint(ValueError):
    """A checkpoint whose signature is not that of the key."""


def new_key() -> tuple[str, str]:
    """A new private key and its public key, both in base64."""
    key = Ed25519PrivateKey.generate()
    return _text(key.private_bytes_raw()), _text(key.public_key().public_bytes_raw())


def public_key() -> str:
    """The public key of AUDIT_SIGNING_KEY, in base64; NoSigningKey without one."""
    return _text(_private_key().public_key().public_bytes_raw())


def checkpoints() -> Iterator[dict[str, Any]]:
    """A signed checkpoint for each chain, as JSON can express it; NoSigningKey without a key."""
    key, at = _private_key(), timezone.now().isoformat()
    for chain, head in heads():
        workspace_id = None if chain == INSTANCE else str(chain)
        point = {"workspace_id": workspace_id, "number": head.number, "hash": head.hash, "at": at}
        yield {**point, "signature": _text(key.sign(_message(point)))}


def log_checkpoints() -> None:
    """Write all checkpoints to the log, if there is a key."""
    if settings.AUDIT_SIGNING_KEY:
        for point in checkpoints():
            logger.info("audit_checkpoint", extra={"checkpoint": point})


def signed_hashes(lines: Iterable[str], keys: Iterable[str]) -> Mapping[UUID, Signed]:
    """The checkpoints in lines of JSON, or in lines of the log, by chain.

    Lines without a checkpoint are ignored; ForgedCheckpoint for one whose signature is that of none
    of the public `keys`, in base64; InvalidKey for text that is none.
    """
    known = [_public_key(key) for key in keys]
    found: dict[UUID, dict[int, str]] = defaultdict(dict)
    for place, line in enumerate(lines, 1):
        point = _point_in(line)
        if point is None:
            continue
        try:
            signature, message = base64.b64decode(point["signature"]), _message(point)
            is_signed = any(_is_signed(key, signature, message) for key in known)
            chain = UUID(point["workspace_id"]) if point["workspace_id"] else INSTANCE
        except (KeyError, TypeError, ValueError):
            is_signed = False
        if not is_signed:
            raise ForgedCheckpoint(f"The checkpoint in line {place} was not signed with this key.")
        found[chain][point["number"]] = point["hash"]
    return found


def _public_key(text: str) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
    except ValueError as flaw:
        raise InvalidKey("This is not a public key: 32 bytes in base64.") from flaw


def _is_signed(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _point_in(line: str) -> dict[str, Any] | None:
    try:
        known = json.loads(line)
    except ValueError:
        return None
    point = known.get(KEY, known) if isinstance(known, dict) else None
    return point if isinstance(point, dict) and "signature" in point else None


def _message(point: Mapping[str, Any]) -> bytes:
    signed = [PURPOSE, *(point[name] for name in ("workspace_id", "number", "hash", "at"))]
    return json.dumps(signed, ensure_ascii=False).encode()


def _private_key() -> Ed25519PrivateKey:
    if not settings.AUDIT_SIGNING_KEY:
        raise NoSigningKey("Set AUDIT_SIGNING_KEY; `manage.py audit key` makes one.")
    return Ed25519PrivateKey.from_private_bytes(settings.AUDIT_SIGNING_KEY)


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()
