"""Secrets kept or handed out sealed: whoever reads the row or the token learns nothing."""

import base64
import hashlib
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings


def seal(purpose: str, text: str) -> str:
    """Readable again with the same purpose and SECRET_KEY only."""
    sealed = _cipher(settings.SECRET_KEY, purpose).encrypt(text.encode(), None)
    return base64.urlsafe_b64encode(sealed).decode()


def unseal(purpose: str, sealed: str) -> str | None:
    try:
        secret = base64.urlsafe_b64decode(sealed.encode())
        return _cipher(settings.SECRET_KEY, purpose).decrypt(secret, None).decode()
    except (ValueError, InvalidTag):
        return None


@cache
def _cipher(secret: str, purpose: str) -> AESSIV:
    return AESSIV(hashlib.sha512(f"accounts.{purpose}{secret}".encode()).digest())
