"""Typed readers of the environment that refuse a missing or wrong value in one sentence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET_BYTES = 32
LAST_PORT = 65_535
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

KEYS_READ: set[str] = set()

ROOT = Path(__file__).resolve().parent.parent

if (ROOT / ".env").exists():
    environ.Env.read_env(ROOT / ".env")


def text(key: str, default: str | None = None) -> str:
    """Without a default the key is required and may not be empty."""
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


def port(key: str, default: int) -> int:
    """A port a server can be reached at."""
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


def url(key: str, schemes: tuple[str, ...], default: str | None = None) -> str:
    value = text(key, default)
    if not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ImproperlyConfigured(f"{key} must be an address starting with {schemes[0]}://.")
    return value.rstrip("/")


def secure_url(key: str, default: str | None = None) -> str:
    """Plain http goes no further than this machine."""
    value = url(key, ("https", "http"), default)
    try:
        host = urlsplit(value).hostname
    except ValueError:
        raise ImproperlyConfigured(f"{key} cannot be understood.") from None
    if value.startswith("http:") and host not in THIS_MACHINE:
        raise ImproperlyConfigured(f"{key} must be an address starting with https://.")
    return value


def together(*keys: str) -> bool:
    """Whether these keys are given: all of them or none."""
    missing = [key for key in keys if _raw(key) is None]
    if missing and len(missing) < len(keys):
        given = next(key for key in keys if key not in missing)
        raise ImproperlyConfigured(f"{missing[0]} is missing: {given} is of no use without it.")
    return not missing


def folder(key: str, default: Path) -> Path:
    return Path(text(key, str(default))).expanduser().resolve()


def database(key: str, default: str | None = None) -> dict[str, object]:
    """Django's settings for a postgres:// address."""
    address = url(key, ("postgres", "postgresql"), default)
    return _parsed(key, address, environ.Env.db_url_config)


def email(key: str, default: str) -> dict[str, object]:
    """Django's EMAIL_* settings for an smtp:// or filemail:// address."""
    return _parsed(key, text(key, default), environ.Env.email_url_config)


def given(*keys: str) -> list[str]:
    """Which of these keys have a value."""
    return [key for key in keys if _raw(key) is not None]


def _raw(key: str) -> str | None:
    KEYS_READ.add(key)
    # Not by django-environ, for which a value that begins with "$" is another variable's name.
    return os.environ.get(key, "").strip() or None


def _check_length(key: str, value: str) -> None:
    if len(value.encode()) < SECRET_BYTES:
        raise ImproperlyConfigured(f"{key} is too short: it needs at least {SECRET_BYTES} bytes.")


def _parsed(key: str, value: str, parse: Callable[[str], dict[str, object]]) -> dict[str, object]:
    try:
        return parse(value)
    except (ImproperlyConfigured, LookupError, ValueError):
        # The value stays out of the message, and its parser's: it may hold a password.
        raise ImproperlyConfigured(f"{key} cannot be understood.") from None
