"""Cookies, other pages and caches: what a browser might do on somebody else's behalf."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from identity.services.sessions import seal
from tests.support.factors import give_app, half_signed_in
from tests.support.openapi import KEY, operations
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for

ME = "/api/auth/me"
AUTH = [step for step in operations() if step[1].startswith("/api/auth/")]
SHADOWED = [
    f"{prefix}/{client}/v1/{path}"
    for prefix in ("/api/auth", "/_allauth", "/accounts")
    for client in ("app", "browser")
    for path in (
        "auth/login",
        "auth/signup",
        "auth/session",
        "auth/reauthenticate",
        "auth/password/request",
        "auth/password/reset",
        "auth/email/verify",
        "auth/2fa/authenticate",
        "auth/webauthn/login",
        "auth/code/request",
        "account/authenticators",
        "account/password/change",
        "account/email",
        "tokens/refresh",
        "config",
    )
]


@pytest.mark.django_db
def test_there_is_one_way_to_do_a_thing(client: Client) -> None:
    answers = {
        path: (client.get(path).status_code, client.post(path, {}).status_code) for path in SHADOWED
    }

    assert answers == dict.fromkeys(SHADOWED, (404, 404))


@pytest.mark.django_db
def test_answers_about_credentials_are_never_stored() -> None:
    asked = [(method, path + more) for method, path in AUTH for more in ("", "/nowhere")]
    answers: dict[Any, Any] = {
        (method, path): getattr(APIClient(), method)(re.sub(KEY, "1", path))
        for method, path in asked
    }

    told = {step: (said["Cache-Control"], "ETag" in said) for step, said in answers.items()}
    assert told == dict.fromkeys(asked, ("no-store", False))


def test_a_token_beats_the_cookie(client: Client, grace: User) -> None:
    other = User.objects.create_user("other@example.com", PASSWORD)
    client.force_login(other)

    answer: Any = client.get(ME, headers={"Authorization": f"Bearer {access_token_for(grace)}"})

    assert answer.json()["data"]["email"] == grace.email


def test_signing_in_as_json_neither_reads_nor_sets_cookies(client: Client, grace: User) -> None:
    other = User.objects.create_user("other@example.com", PASSWORD)
    client.force_login(other)
    before = client.cookies["sessionid"].value
    body = {"email": grace.email, "password": PASSWORD}
    answer: Any = client.post("/api/auth/login", body, content_type="application/json")

    assert answer.json()["data"]["user"]["email"] == grace.email
    assert answer.cookies == {}
    assert client.cookies["sessionid"].value == before
    assert client.get(ME).json()["data"]["email"] == other.email


def test_signing_in_begins_a_session_of_its_own(grace: User) -> None:
    give_app(grace)
    planted = half_signed_in(APIClient(), grace)
    stranger = APIClient(HTTP_X_SESSION_TOKEN=planted)

    again = half_signed_in(stranger, grace)

    assert again != planted
    assert Session.objects.count() == 2


@pytest.mark.parametrize("name", ["sessionid", "__Secure-pm_rt", "csrftoken"])
def test_tokens_are_no_cookies(client: Client, grace: User, name: str) -> None:
    token = access_token_for(grace)
    for value in (token, seal(Session.objects.get().pk)):
        client.cookies[name] = value
        assert client.get(ME).status_code == 401


@pytest.mark.parametrize(
    "path", ["me", "password/change", "mfa/totp", "mfa/recovery-codes", "mfa/passkeys/begin"]
)
def test_a_cookie_without_its_csrf_token_changes_nothing(grace: User, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(grace)
    ask = browser.patch if path == "me" else browser.post

    answer = ask(f"/api/auth/{path}", {"name": "X"}, content_type="application/json")

    assert answer.status_code in {401, 403}
    grace.refresh_from_db()
    assert grace.name == "Grace Hopper"


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.evil.example",
        "https://sub.app.example.com",
        "https://APP.example.com.",
    ],
)
def test_foreign_pages_may_read_nothing(settings: Settings, grace: User, origin: str) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]
    client = bearing(access_token_for(grace))
    sent: Any = {"HTTP_ORIGIN": origin, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}
    for path in (ME, "/api/auth/login", "/api/auth/refresh"):
        preflight = client.options(path, **sent)
        answer = client.get(path, HTTP_ORIGIN=origin)

        for headers in (preflight.headers, answer.headers):
            assert not [name for name in headers if name.startswith("Access-Control-Allow")], path
