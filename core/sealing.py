"""Encryption of secrets that are stored in rows or handed out in tokens (AES-SIV)."""

import base64
import hashlib
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings


def seal(purpose: str, text: str) -> str:
    """The text encrypted, as base64; `unseal` needs the same purpose and SECRET_KEY.

    The same text gives the same result, so sealed values can be compared and looked up.
    """
    sealed = _cipher(settings.SECRET_KEY, purpose).encrypt(text.encode(), None)
    return base64.urlsafe_b64encode(sealed).decode()


def unseal(purpose: str, sealed: str) -> str | None:
    """The text, None if it was not sealed with this purpose and key or has been altered."""
    try:
        secret = base64.urlsafe_b64decode(sealed.encode())
        return _cipher(settings.SECRET_KEY, purpose).decrypt(secret, None).decode()
    except (ValueError, InvalidTag):
        return None


@cache
def _cipher(secret: str, purpose: str) -> AESSIV:
    return AESSIV(hashlib.sha512(f"accounts.{purpose}{secret}".encode()).digest())
