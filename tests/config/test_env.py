"""A wrong value in the environment stops the start with one sentence that names the key."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env, programs

NOT_ENCODED = (
    "holds a user or password that is not percent-encoded:"
    " write @ as %40, / as %2F, # as %23, % as %25, a space as %20."
)
# Some of these would be sent to another host, among them one that is named by half a password.
UNENCODED = (
    "p@ss",
    "hunter2/x",
    "12/hunter2",
    "hunter2#x",
    "hunter2?x",
    "p@ss/word",
    "100%",
    "100%zz",
    "hunter 2",
    "[hunter2]",
    "hunter2\\x",
    "höhner",
)
WRONG: list[tuple[str, str, Callable[[str], Any], str]] = [
    ("SECRET_KEY", "", env.text, "is missing: set it in the environment."),
    ("SECRET_KEY", "  ", env.text, "is missing: set it in the environment."),
    (
        "DB_POOLER",
        "maybe",
        lambda key: env.flag(key, default=False),
        "must be 1 or 0, not 'maybe'.",
    ),
    ("DB_POOLER", "2", lambda key: env.flag(key, default=True), "must be 1 or 0, not '2'."),
    *(
        ("PORT", wrong, lambda key: env.natural(key, 1), f"must be a whole number, not {wrong!r}.")
        for wrong in ("eighty", "-1", "1.5", "1e3", "٣", "²", "0x10")
    ),
    ("WEB_HEAD_SECONDS", "0", lambda key: env.seconds(key, 15), "must be at least 1."),
    (
        "LOG_LEVEL",
        "debug",
        lambda key: env.one_of(key, ("DEBUG", "INFO"), "INFO"),
        "must be one of DEBUG, INFO, not 'debug'.",
    ),
    ("SECRET_KEY", "", env.secret, "is missing: set it in the environment."),
    ("SECRET_KEY", "hunter2", env.secret, "is too short: it needs at least 32 bytes."),
    ("AUDIT_SIGNING_KEY", "hunter2", env.key_bytes, "must be in base64."),
    ("AUDIT_SIGNING_KEY", "aHVudGVyMg==", env.key_bytes, "must have 32 bytes, in base64."),
    *(
        (
            "REDIS_URL",
            wrong,
            lambda key: env.url(key, ("redis", "rediss")),
            "must be an address starting with redis://.",
        )
        for wrong in ("hunter2", "localhost:6379", "http://:hunter2@localhost", "redis:hunter2")
    ),
    *(
        ("DATABASE_URL", wrong, env.database, "must be an address starting with postgres://.")
        for wrong in ("nonsense", "mysql://u:hunter2@localhost/x", "sqlite:///x")
    ),
    *(
        (key, wrong, read, NOT_ENCODED)
        for key, scheme, read in (
            ("DATABASE_URL", "postgres", env.database),
            ("REDIS_URL", "redis", lambda key: env.server_url(key, ("redis",))),
            ("EMAIL_URL", "smtp", lambda key: env.email(key, "")),
        )
        for wrong in (f"{scheme}://gantry:{password}@host:1/0" for password in UNENCODED)
    ),
    *(
        ("DATABASE_URL", wrong, env.database, "cannot be understood.")
        for wrong in (
            "postgres://gantry:hunter2@[::1/gantry",
            "postgres://gantry:hunter2@localhost:many/gantry",
        )
    ),
    *(
        ("EMAIL_URL", wrong, lambda key: env.email(key, ""), "cannot be understood.")
        for wrong in ("pigeon://hunter2@loft", "hunter2", "smtp://u:hunter2@localhost:many")
    ),
]


@pytest.mark.parametrize(("key", "value", "read", "told"), WRONG)
def test_a_wrong_value_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, key: str, value: str, read: Callable[[str], Any], told: str
) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(key)
    assert str(refusal.value) == f"{key} {told}"
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), ("On", True), ("yes", True), ("FALSE", False), ("no", False)]
)
def test_a_flag_has_many_spellings(
    monkeypatch: pytest.MonkeyPatch, value: str, *, meant: bool
) -> None:
    monkeypatch.setenv("DB_POOLER", value)
    assert env.flag("DB_POOLER", default=not meant) is meant


@pytest.mark.parametrize("empty", ["", "   "])
def test_an_empty_value_means_the_default(monkeypatch: pytest.MonkeyPatch, empty: str) -> None:
    for key in ("PORT", "DB_POOLER", "CORS_ORIGIN", "LOG_LEVEL", "REDIS_URL", "DATA_DIR"):
        monkeypatch.setenv(key, empty)
    assert env.natural("PORT", 8000) == 8000
    assert env.flag("DB_POOLER", default=True) is True
    assert env.listed("CORS_ORIGIN", ("a",)) == ["a"]
    assert env.one_of("LOG_LEVEL", ("INFO",), "INFO") == "INFO"
    assert env.url("REDIS_URL", ("redis",), "redis://localhost/") == "redis://localhost"
    assert env.folder("DATA_DIR", Path("/srv")) == Path("/srv")


@pytest.mark.parametrize(
    ("value", "parts"),
    [("a", ["a"]), ("a, b ,c", ["a", "b", "c"]), ("a,", ["a"]), ("a, ,b", ["a", "b"])],
)
def test_a_list_is_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch, value: str, parts: list[str]
) -> None:
    monkeypatch.setenv("CORS_ORIGIN", value)
    assert env.listed("CORS_ORIGIN") == parts


def test_a_database_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://app:p%40ss@db.example.com:5433/gantry")
    assert env.database("DATABASE_URL") == {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "db.example.com",
        "PORT": 5433,
        "NAME": "gantry",
        "USER": "app",
        "PASSWORD": "p@ss",
    }


NASTY = "p@s/s#w%or:d+ ?[]&=$é"
ENCODED = "p%40s%2Fs%23w%25or%3Ad+%20%3F%5B%5D%26%3D$%C3%A9"


def test_an_encoded_password_is_what_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgres://a+b:{ENCODED}@db:5433/gantry")
    monkeypatch.setenv("EMAIL_URL", f"smtp+tls://me%40example.com:{ENCODED}@mail:587")
    found = env.database("DATABASE_URL")
    assert (found["USER"], found["PASSWORD"], found["HOST"]) == ("a+b", NASTY, "db")
    mail = env.email("EMAIL_URL", "")
    assert (mail["EMAIL_HOST_USER"], mail["EMAIL_HOST_PASSWORD"]) == ("me@example.com", NASTY)


@pytest.mark.parametrize("password", [NASTY, " spaces around ", "%40", "$HOME", "'"])
def test_a_password_beside_the_address_stays_as_it_is(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://app@db:5433/gantry")
    monkeypatch.setenv("DATABASE_PASSWORD", password)
    found = env.database("DATABASE_URL")
    assert (found["USER"], found["PASSWORD"], found["HOST"]) == ("app", password, "db")


def test_addresses_without_a_password_need_no_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres:///gantry?host=/run/postgresql")
    monkeypatch.setenv("EMAIL_URL", "filemail:///srv/mail@home/new mail")
    assert env.database("DATABASE_URL")["NAME"] == "gantry"
    assert env.email("EMAIL_URL", "")["EMAIL_FILE_PATH"] == "srv/mail@home/new mail"


def test_a_value_that_starts_with_a_dollar_sign_is_no_name_of_a_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_KEY", f"$PATH{'k' * 32}")
    assert env.secret("SECRET_KEY") == f"$PATH{'k' * 32}"


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        (str(IPv4Address(0)), "127.0.0.1"),
        (str(IPv6Address(0)), "::1"),
        ("192.0.2.1", "192.0.2.1"),
        ("gantry.example.com", "gantry.example.com"),
    ],
)
def test_a_server_that_listens_everywhere_is_asked_on_loopback(
    monkeypatch: pytest.MonkeyPatch, host: str, asked: str
) -> None:
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("PORT", "8001")

    assert programs.web_address() == (asked, 8001)
