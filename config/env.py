"""Typed access to environment variables; ImproperlyConfigured for missing or invalid values."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET_BYTES = 32
LAST_PORT = 65_535
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
USERINFO = re.compile(r"(?:[\w.~!$&'()*+,;=:-]|%[0-9A-F]{2})*", re.ASCII | re.IGNORECASE)
"""The characters that RFC 3986 allows for user and password, between `://` and `@`."""

KEYS_READ: set[str] = set()

ROOT = Path(__file__).resolve().parent.parent

if (ROOT / ".env").exists():
    environ.Env.read_env(ROOT / ".env")


def choose_settings(default: str) -> None:
    """Set DJANGO_SETTINGS_MODULE to `default` unless the environment or `.env` has it."""
    if not os.environ.get("DJANGO_SETTINGS_MODULE"):
        os.environ["DJANGO_SETTINGS_MODULE"] = default


def text(key: str, default: str | None = None) -> str:
    """The value as text; without a default the key is required and may not be empty."""
    value = _raw(key)
    if value is not None:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{key} is missing: set it in the environment.")
    return default


def flag(key: str, *, default: bool) -> bool:
    value = (_raw(key) or str(default)).lower()
    if value not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        raise ImproperlyConfigured(f"{key} must be 1 or 0, not {value!r}.")
    return value in {"1", "true", "yes", "on"}


def natural(key: str, default: int) -> int:
    """A whole number, zero included."""
    value = _raw(key) or str(default)
    if not (value.isascii() and value.isdecimal()):
        raise ImproperlyConfigured(f"{key} must be a whole number, not {value!r}.")
    return int(value)


def seconds(key: str, default: int) -> int:
    """A whole number of seconds, at least 1."""
    value = natural(key, default)
    if not value:
        raise ImproperlyConfigured(f"{key} must be at least 1.")
    return value


def port(key: str, default: int) -> int:
    """A TCP port, from 1 to 65535."""
    value = natural(key, default)
    if not 0 < value <= LAST_PORT:
        raise ImproperlyConfigured(f"{key} must be between 1 and {LAST_PORT}, not {value}.")
    return value


def listed(key: str, default: tuple[str, ...] = ()) -> list[str]:
    """Values separated by commas."""
    value = _raw(key)
    parts = default if value is None else map(str.strip, value.split(","))
    return [part for part in parts if part]


def one_of(key: str, choices: tuple[str, ...], default: str) -> str:
    value = text(key, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{key} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def secret(key: str) -> str:
    value = text(key)
    _check_length(key, value)
    return value


def secrets(key: str) -> list[str]:
    """Any number of secrets, separated by commas."""
    values = listed(key)
    for value in values:
        _check_length(key, value)
    return values


def key_bytes(key: str) -> bytes:
    """The bytes of a key in base64, SECRET_BYTES of them; b"" without one."""
    try:
        value = base64.b64decode(text(key, ""), validate=True)
    except ValueError:
        raise ImproperlyConfigured(f"{key} must be in base64.") from None
    if value and len(value) != SECRET_BYTES:
        raise ImproperlyConfigured(f"{key} must have {SECRET_BYTES} bytes, in base64.")
    return value


def url(key: str, schemes: tuple[str, ...], default: str | None = None) -> str:
    value = text(key, default)
    if not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ImproperlyConfigured(f"{key} must be an address starting with {schemes[0]}://.")
    return value.rstrip("/")


def server_url(key: str, schemes: tuple[str, ...]) -> str:
    """The URL of a server with authentication; user and password must be percent-encoded."""
    value = url(key, schemes)
    _check_credentials(key, value)
    return value


def secure_url(key: str, default: str | None = None) -> str:
    """A URL with https; http is allowed for this machine only."""
    value = url(key, ("https", "http"), default)
    try:
        host = urlsplit(value).hostname
    except ValueError:
        raise ImproperlyConfigured(f"{key} cannot be understood.") from None
    if value.startswith("http:") and host not in THIS_MACHINE:
        raise ImproperlyConfigured(f"{key} must be an address starting with https://.")
    return value


def together(*keys: str) -> bool:
    """Whether all of these keys are given, False for none; anything between is an error."""
    missing = [key for key in keys if _raw(key) is None]
    if missing and len(missing) < len(keys):
        given = next(key for key in keys if key not in missing)
        raise ImproperlyConfigured(f"{missing[0]} is missing: {given} is of no use without it.")
    return not missing


def folder(key: str, default: Path) -> Path:
    return Path(text(key, str(default))).expanduser().resolve()


def database(key: str) -> dict[str, object]:
    """Django's settings for a postgres:// URL; its password may be in `…_PASSWORD` instead."""
    address = server_url(key, ("postgres", "postgresql"))
    parsed = _parsed(key, address, _postgres)
    beside = key.removesuffix("_URL") + "_PASSWORD"
    separate = password(beside)
    if separate and parsed["PASSWORD"]:
        raise ImproperlyConfigured(f"{beside} is given twice: leave it out of {key}.")
    return {**parsed, "PASSWORD": separate or parsed["PASSWORD"]}


def email(key: str, default: str) -> dict[str, object]:
    """Django's EMAIL_* settings for an smtp:// or filemail:// URL."""
    address = text(key, default)
    _check_credentials(key, address)
    return _parsed(key, address, _mail_server)


def password(key: str) -> str | None:
    """The value unchanged, with leading and trailing spaces; None if it is empty."""
    KEYS_READ.add(key)
    return os.environ.get(key) or None


def given(*keys: str) -> list[str]:
    """Which of these keys have a value."""
    return [key for key in keys if _raw(key) is not None]


def _raw(key: str) -> str | None:
    KEYS_READ.add(key)
    # Not by django-environ, which takes a value that starts with `$` for the name of another key.
    return os.environ.get(key, "").strip() or None


def _check_length(key: str, value: str) -> None:
    if len(value.encode()) < SECRET_BYTES:
        raise ImproperlyConfigured(f"{key} is too short: it needs at least {SECRET_BYTES} bytes.")


def _check_credentials(key: str, value: str) -> None:
    """Refuse unencoded characters in user and password, which could change the host of the URL."""
    rest = value.partition("://")[2]
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    userinfo = authority.rpartition("@")[0]
    if authority and ("@" in rest[len(authority) :] or not USERINFO.fullmatch(userinfo)):
        raise ImproperlyConfigured(
            f"{key} holds a user or password that is not percent-encoded:"
            " write @ as %40, / as %2F, # as %23, % as %25, a space as %20."
        )


def _postgres(address: str) -> dict[str, object]:
    user, password = _credentials(address)
    return {**environ.Env.db_url_config(address), "USER": user, "PASSWORD": password}


def _mail_server(address: str) -> dict[str, object]:
    user, password = _credentials(address)
    found = environ.Env.email_url_config(address)
    return {**found, "EMAIL_HOST_USER": user, "EMAIL_HOST_PASSWORD": password}


def _credentials(address: str) -> tuple[str, str]:
    """User and password, decoded as libpq does: a plus sign is not a space."""
    parts = urlsplit(address)
    return unquote(parts.username or ""), unquote(parts.password or "")


def _parsed(key: str, value: str, parse: Callable[[str], dict[str, object]]) -> dict[str, object]:
    try:
        return parse(value)
    except (ImproperlyConfigured, LookupError, ValueError):
        # Neither the value nor the parser's message is shown: they may contain a password.
        raise ImproperlyConfigured(f"{key} cannot be understood.") from None
