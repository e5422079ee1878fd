"""What may be a password, wherever one is set; and how it is kept."""

import json
from typing import Any

import bcrypt
import pytest
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    BasePasswordHasher,
    BCryptSHA256PasswordHasher,
    PBKDF2PasswordHasher,
)
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.passwords import Argon2, Bcrypt
from config.settings import identity
from identity.services.reset_links import reset_link
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for

REFUSED = {
    "common": "password1",
    "too short": "a7#kQ2",
    "129 characters": "aB3$" * 32 + "x",
    "numbers only": "7201948365",
    "the address": "grace@example.com",
    "part of the address": "grace.example",
    "the name": "GraceHopper",
    "NUL": "correct\0horse battery",
    "a lone surrogate": "correct horse \ud800 battery",
    "nothing": "",
}
ACCEPTED = {
    "64 characters": "Correct horse 64 " * 3 + "battery " + "sta",
    "128 characters": "aB3$ " * 25 + "xyz",
    "composed": "caf\u00e9 noir sans sucre",
    "decomposed": "cafe\u0301 noir sans sucre",
    "compatible": "\ufb01ne \u2460 pass words",
    "other scripts": "пароль из слов 密码",
    "beyond the basic plane": "🐎🔋 correct staple",
    "spaces around": "  spaces are characters  ",
}


def register(password: str) -> Any:
    body = {"email": "grace@example.com", "name": "Grace Hopper", "password": password}
    return APIClient().post("/api/auth/register", json.dumps(body), content_type="application/json")


def log_in(password: str) -> Any:
    body = {"email": "grace@example.com", "password": password}
    return APIClient().post("/api/auth/login", body)


@pytest.mark.django_db
@pytest.mark.parametrize("password", REFUSED.values(), ids=REFUSED)
def test_a_bad_password_is_refused_at_sign_up(password: str) -> None:
    response = register(password)

    assert (response.status_code, list(response.json()["errors"])) == (400, ["password"])
    assert not User.objects.exists()


@pytest.mark.parametrize("password", REFUSED.values(), ids=REFUSED)
def test_a_bad_password_is_refused_later_too(grace: User, password: str) -> None:
    client = bearing(access_token_for(grace))
    key = reset_link(grace).rpartition("/")[2]
    bodies = {
        "/api/auth/password/reset": {"key": key, "password": password},
        "/api/auth/password/change": {"current_password": PASSWORD, "new_password": password},
    }
    answers = [
        client.post(path, json.dumps(body), content_type="application/json")
        for path, body in bodies.items()
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert [list(answer.json()["errors"]) for answer in answers] == [["password"], ["new_password"]]
    assert log_in(PASSWORD).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("password", ACCEPTED.values(), ids=ACCEPTED)
def test_a_good_password_works_as_it_is_spelled(password: str) -> None:
    assert register(password).status_code == 201

    assert log_in(password).status_code == 200
    assert log_in(password[:-1]).status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "meant"),
    [("composed", "decomposed"), ("decomposed", "composed")],
)
def test_keyboards_that_compose_differently_type_the_same(typed: str, meant: str) -> None:
    register(ACCEPTED[meant])

    assert log_in(ACCEPTED[typed]).status_code == 200


def test_spaces_around_a_new_password_are_part_of_it(grace: User) -> None:
    body = {"current_password": PASSWORD, "new_password": f" {PASSWORD} "}
    assert bearing(access_token_for(grace)).post("/api/auth/password/change", body).data

    assert log_in(PASSWORD).status_code == 401
    assert log_in(f" {PASSWORD} ").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["register", "login", "password/reset", "password/change"])
def test_two_megabytes_are_refused_unread(grace: User, path: str) -> None:
    big = {"password": "x" * 2_000_000, "email": grace.email, "key": "x", "current_password": "x"}
    response = bearing(access_token_for(grace)).post(f"/api/auth/{path}", big)

    assert (response.status_code, response.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("password", ["x" * 129, "x" * 60_000, "a\0b", "\ud800"])
def test_what_cannot_be_the_password_is_a_wrong_one(grace: User, password: str) -> None:
    body = json.dumps({"email": grace.email, "password": password})
    answer: Any = APIClient().post("/api/auth/login", body, content_type="application/json")

    assert answer.status_code in {400, 401}


def test_passwords_are_hashed_slowly_enough_in_little_memory() -> None:
    assert identity.PASSWORD_HASHERS[0] == "accounts.passwords.Argon2"
    assert (Argon2.memory_cost, Argon2.time_cost, Argon2.parallelism) == (46 * 1024, 1, 1)


class Weaker(Argon2PasswordHasher):
    memory_cost, time_cost, parallelism = 8 * 1024, 1, 1


BCRYPT_SALT: Any = bcrypt.gensalt(4)
OLD: dict[str, tuple[BasePasswordHasher, Any, dict[str, int]]] = {
    "weaker": (Weaker(), "sixteen letters.", {}),
    "Django's": (Argon2PasswordHasher(), "sixteen letters.", {}),
    "PBKDF2": (PBKDF2PasswordHasher(), "salt", {"iterations": 10}),
    "bcrypt of SHA-256": (BCryptSHA256PasswordHasher(), BCRYPT_SALT, {}),
    "bcrypt": (Bcrypt(), BCRYPT_SALT, {}),
}
"""Those of slow kinds made in few steps, which a hash tells of itself."""


@pytest.mark.parametrize("kind", OLD)
def test_log_in_renews_a_hash_made_otherwise(settings: Settings, grace: User, kind: str) -> None:
    settings.PASSWORD_HASHERS = identity.PASSWORD_HASHERS
    hasher, salt, how = OLD[kind]
    User.objects.filter(pk=grace.pk).update(password=hasher.encode(PASSWORD, salt, **how))

    assert log_in(PASSWORD).status_code == 200

    grace.refresh_from_db()
    assert grace.password.startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")
    assert log_in(PASSWORD).status_code == 200


@pytest.mark.parametrize("password", [PASSWORD, "a sentence of many words " * 4, "é" * 60])
def test_a_bcrypt_hash_of_another_server_signs_in_once_and_is_renewed(
    settings: Settings, grace: User, password: str
) -> None:
    settings.PASSWORD_HASHERS = identity.PASSWORD_HASHERS
    foreign = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()
    User.objects.filter(pk=grace.pk).update(password=f"bcrypt${foreign}")

    assert log_in("not this one").status_code == 401
    assert log_in(password).status_code == 200

    grace.refresh_from_db()
    assert grace.password.startswith("argon2$")
    assert log_in(password).status_code == 200
