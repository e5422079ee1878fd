"""POST /api/auth/mfa/verify: the second half of a sign-in."""

from unittest.mock import ANY

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from identity.services.sessions import seal
from tests.support.factors import (
    code_of,
    give_app,
    give_recovery_codes,
    half_signed_in,
    verify,
    wrong_code_for,
)
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for


@pytest.fixture
def secret(grace: User) -> str:
    """Of Grace's authenticator app."""
    return give_app(grace)


def test_verify_answers_the_person_and_a_pair_of_tokens(
    stranger: APIClient, grace: User, secret: str
) -> None:
    response = verify(stranger, half_signed_in(stranger, grace), code_of(secret))

    assert response.status_code == 200
    assert response.json()["data"] == {
        "user": ANY,
        "access_token": ANY,
        "refresh_token": ANY,
        "expires_in": 300,
    }
    token = response.json()["data"]["access_token"]
    assert bearing(token).get("/api/auth/me").json()["data"]["email"] == grace.email
    assert response.cookies == {}


def test_verify_gives_a_refresh_token_that_works(
    stranger: APIClient, grace: User, secret: str
) -> None:
    pair = verify(stranger, half_signed_in(stranger, grace), code_of(secret)).json()["data"]
    body = {"refresh_token": pair["refresh_token"]}

    assert stranger.post("/api/auth/refresh", body).status_code == 200


def test_a_pending_sign_in_is_no_sign_in(stranger: APIClient, grace: User, secret: str) -> None:
    token = half_signed_in(stranger, grace)
    browser = Client()
    browser.cookies["sessionid"] = token

    assert bearing(token).get("/api/auth/me").status_code == 401
    assert browser.get("/api/auth/me").status_code == 401
    assert stranger.get("/api/auth/mfa", HTTP_X_SESSION_TOKEN=token).status_code == 401


def test_verify_refuses_a_code_twice(stranger: APIClient, grace: User, secret: str) -> None:
    code = code_of(secret)
    assert verify(stranger, half_signed_in(stranger, grace), code).status_code == 200

    response = verify(stranger, half_signed_in(stranger, grace), code)

    assert (response.status_code, response.json()["code"]) == (400, "incorrect_code")


def test_verify_takes_a_session_token_once(stranger: APIClient, grace: User, secret: str) -> None:
    codes = give_recovery_codes(grace)
    token = half_signed_in(stranger, grace)
    assert verify(stranger, token, codes[0]).status_code == 200

    response = verify(stranger, token, codes[1])

    assert (response.status_code, response.json()["code"]) == (401, "invalid_session_token")


def test_verify_takes_a_recovery_code_once(stranger: APIClient, grace: User, secret: str) -> None:
    code = give_recovery_codes(grace)[0]
    assert verify(stranger, half_signed_in(stranger, grace), code).status_code == 200

    again = verify(stranger, half_signed_in(stranger, grace), code)

    assert (again.status_code, again.json()["code"]) == (400, "incorrect_code")


def test_verify_limits_wrong_codes(stranger: APIClient, grace: User, secret: str) -> None:
    for attempt in range(5):
        token = half_signed_in(stranger, grace)
        refused = verify(stranger, token, wrong_code_for(secret), REMOTE_ADDR=f"192.0.2.{attempt}")
        assert refused.status_code == 400

    response = verify(stranger, token, code_of(secret), REMOTE_ADDR="192.0.2.9")

    assert response.status_code == 429
    assert 240 < int(response["Retry-After"]) <= 300
    assert response.json()["code"] == "too_many_requests"


@pytest.mark.parametrize("token", ["", "x", "ü", seal("a" * 32), "=" * 5000])
def test_verify_refuses_what_is_no_session_token(
    stranger: APIClient, grace: User, secret: str, token: str
) -> None:
    response = verify(stranger, token, code_of(secret))

    assert (response.status_code, response.json()["code"]) == (401, "invalid_session_token")


def test_verify_is_not_for_those_who_are_in(
    stranger: APIClient, grace: User, secret: str, signed_in: APIClient
) -> None:
    assert verify(signed_in, "", code_of(secret)).status_code == 401
    access = verify(stranger, access_token_for(grace), code_of(secret))
    assert access.status_code == 401


def test_the_code_of_another_person_is_wrong(stranger: APIClient, grace: User, secret: str) -> None:
    mallory = User.objects.create_user("mallory@example.com", PASSWORD)
    others = code_of(give_app(mallory))

    response = verify(stranger, half_signed_in(stranger, grace), others)

    assert response.json()["code"] == "incorrect_code"


def test_the_second_factor_is_asked_on_the_pages_too(
    client: Client, grace: User, secret: str
) -> None:
    page = client.post("/accounts/login/", {"login": grace.email, "password": PASSWORD})

    assert (page.status_code, page["Location"]) == (302, "/accounts/2fa/authenticate/")
    assert client.get("/api/auth/me").status_code == 401
    client.post(page["Location"], {"code": code_of(secret)})
    assert client.get("/api/auth/me").status_code == 200
