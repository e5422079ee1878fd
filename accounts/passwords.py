"""Normalising and hashing passwords, and their maximum length."""

import unicodedata
from typing import Any

import bcrypt
from django.contrib.auth.hashers import Argon2PasswordHasher, BCryptPasswordHasher
from django.core.exceptions import ValidationError

LONGEST_PASSWORD = 128
BCRYPT_BYTES = 72


class PasswordTooLong(ValueError):
    """Longer than LONGEST_PASSWORD: normalising takes time quadratic in the length."""


def canonical(password: str | None) -> str | None:
    """The password in NFKC, because keyboards differ in how they encode an é."""
    if password and len(password) > LONGEST_PASSWORD:
        raise PasswordTooLong
    return password and unicodedata.normalize("NFKC", password)


class Argon2(Argon2PasswordHasher):
    """46 MiB in one pass: Django's own 100 MiB per concurrent sign-in would exhaust the server."""

    time_cost = 1
    memory_cost = 46 * 1024
    parallelism = 1


class Bcrypt(BCryptPasswordHasher):
    """Hashes imported from other servers, stored as `bcrypt$` and their text (`$2b$10$…`).

    bcrypt uses 72 bytes; other servers truncate longer passwords, which its library refuses.
    """

    def encode(self, password: str, salt: Any) -> str:
        made = bcrypt.hashpw(password.encode()[:BCRYPT_BYTES], salt)
        return f"{self.algorithm}${made.decode('ascii')}"


class MaximumLength:
    """Refuses passwords that are too long, because hashing them would load the server."""

    def __init__(self, max_length: int = LONGEST_PASSWORD) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"Your password may have at most {self.max_length} characters."
