"""How passwords are spelled and hashed, and how long they may be."""

import unicodedata
from typing import Any

import bcrypt
from django.contrib.auth.hashers import Argon2PasswordHasher, BCryptPasswordHasher
from django.core.exceptions import ValidationError

LONGEST_PASSWORD = 128
BCRYPT_BYTES = 72


class PasswordTooLong(ValueError):
    """A password nobody can have; normalising one takes time quadratic in its length."""


def canonical(password: str | None) -> str | None:
    """One spelling of what looks the same: keyboards differ in how they compose an é."""
    if password and len(password) > LONGEST_PASSWORD:
        raise PasswordTooLong
    return password and unicodedata.normalize("NFKC", password)


class Argon2(Argon2PasswordHasher):
    """46 MiB in one pass: Django's own 100 MiB per concurrent sign-in would exhaust the server."""

    time_cost = 1
    memory_cost = 46 * 1024
    parallelism = 1


class Bcrypt(BCryptPasswordHasher):
    """Hashes made by other servers, stored as `bcrypt$` and their own text (`$2b$10$…`).

    bcrypt reads 72 bytes; its library refuses longer passwords, which other servers cut off.
    """

    def encode(self, password: str, salt: Any) -> str:
        made = bcrypt.hashpw(password.encode()[:BCRYPT_BYTES], salt)
        return f"{self.algorithm}${made.decode('ascii')}"


class MaximumLength:
    """Refuse passwords so long that hashing them becomes a way to keep the server busy."""

    def __init__(self, max_length: int = LONGEST_PASSWORD) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"Your password may have at most {self.max_length} characters."
