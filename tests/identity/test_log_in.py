"""POST /api/auth/login, and the pages staff sign in on."""

from typing import Any
from unittest.mock import ANY

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.passwords import Argon2
from config.local import free_port
from tests.support.sign_in import PASSWORD, bearing


def log_in(client: APIClient, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/api/auth/login", {"email": email, "password": password}, **extra)


def test_log_in_answers_the_person_and_a_pair_of_tokens(stranger: APIClient, grace: User) -> None:
    response = log_in(stranger, "Grace@Example.com")

    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "data": {
            "user": {
                "id": str(grace.pk),
                "email": "grace@example.com",
                "name": "Grace Hopper",
                "avatar_url": "",
                "time_zone": "UTC",
                "created_at": ANY,
                "version": 1,
            },
            "access_token": ANY,
            "refresh_token": ANY,
            "expires_in": 300,
        },
    }


@pytest.mark.usefixtures("mandatory_verification")
def test_log_in_keeps_one_spelling_of_the_address(stranger: APIClient, grace: User) -> None:
    assert log_in(stranger, "GRACE@Example.com").json()["code"] == "email_verification_required"

    assert EmailAddress.objects.get().email == "grace@example.com"


def test_log_in_opens_a_session(stranger: APIClient, grace: User) -> None:
    token = log_in(stranger, grace.email).json()["data"]["access_token"]

    assert bearing(token).get("/api/auth/me").status_code == 200


def test_log_in_sets_no_cookie_and_is_not_cached(stranger: APIClient, grace: User) -> None:
    response = log_in(stranger, grace.email)

    assert response.cookies == {}
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_log_in_refuses_everybody_alike(stranger: APIClient, grace: User) -> None:
    User.objects.create_user("idle@example.com", PASSWORD, is_active=False)
    User.objects.create_user("provider@example.com", None)
    answers = [
        log_in(stranger, grace.email, "wrong"),
        log_in(stranger, "nobody@example.com"),
        log_in(stranger, "idle@example.com"),
        log_in(stranger, "provider@example.com"),
    ]

    assert [answer.status_code for answer in answers] == [401] * 4
    assert all(answer.json() == answers[0].json() | {"request_id": ANY} for answer in answers)
    assert answers[0].json()["code"] == "invalid_credentials"


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["grace@example.com", "nobody@example.com"])
def test_log_in_locks_an_address_after_five_wrong_passwords(
    stranger: APIClient, grace: User, email: str
) -> None:
    for attempt in range(5):
        spelled = email.upper() if attempt % 2 else email
        origin = {"REMOTE_ADDR": f"192.0.2.{attempt}", "HTTP_HOST": f"localhost:{8000 + attempt}"}
        assert log_in(stranger, spelled, "wrong", **origin).status_code == 401

    response = log_in(stranger, email, REMOTE_ADDR="192.0.2.9")

    assert response.status_code == 429
    assert 295 <= int(response["Retry-After"]) <= 300
    assert response.json()["code"] == "too_many_requests"


def test_log_in_does_not_forget_wrong_passwords_after_a_right_one(
    stranger: APIClient, grace: User
) -> None:
    for _ in range(4):
        log_in(stranger, grace.email, "wrong")
    assert log_in(stranger, grace.email).status_code == 200
    log_in(stranger, grace.email, "wrong")

    assert log_in(stranger, grace.email).status_code == 429


def test_log_in_cannot_be_unlocked_by_a_forged_proxy_header(
    stranger: APIClient, grace: User
) -> None:
    for attempt in range(10):
        log_in(
            stranger, f"{attempt}@example.com", "wrong", HTTP_X_FORWARDED_FOR=f"192.0.2.{attempt}"
        )

    assert log_in(stranger, grace.email, HTTP_X_FORWARDED_FOR="192.0.2.99").status_code == 429


def test_log_in_does_without_the_cache(
    stranger: APIClient, grace: User, settings: Settings
) -> None:
    redis = "django.core.cache.backends.redis.RedisCache"
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = {"default": {"BACKEND": redis, "LOCATION": nowhere}}

    for _ in range(5):
        assert log_in(stranger, grace.email, "wrong").status_code == 401
    assert log_in(stranger, grace.email).status_code == 429


@pytest.mark.usefixtures("mandatory_verification")
def test_log_in_demands_a_verified_address(stranger: APIClient, grace: User) -> None:
    response = log_in(stranger, grace.email)

    assert response.status_code == 401
    assert response.json()["code"] == "email_verification_required"
    assert response.json()["session_token"]


def test_log_in_modernises_the_hash(stranger: APIClient, grace: User, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [
        "accounts.passwords.Argon2",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert log_in(stranger, grace.email).status_code == 200

    grace.refresh_from_db()
    assert grace.password.startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")
    assert Argon2().verify(PASSWORD, grace.password)


def test_log_in_on_the_page_opens_the_api_but_changes_need_a_csrf_token(grace: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/accounts/login/")
    form = {"login": grace.email, "password": PASSWORD}
    token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    browser.post("/accounts/login/", form | token)

    assert browser.get("/api/auth/me").status_code == 200
    change = browser.patch("/api/auth/me", {"name": "X"}, content_type="application/json")
    assert change.status_code == 403


@pytest.mark.django_db
def test_sign_up_is_closed_on_the_pages(client: Client) -> None:
    form = {"email": "ada@example.com", "password1": PASSWORD}
    page = client.post("/accounts/signup/", form)

    assert page.status_code == 404
    assert not User.objects.exists()
