"""What opens the API, and the forgeries that do not."""

import base64
import json
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jwt
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.credentials import identify
from tests.support.openapi import KEY, operations
from tests.support.sign_in import bearing
from tests.support.signing import access_token_for, token_pair_for


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def signed(claims: dict[str, Any], key: str = "", **how: Any) -> str:
    return jwt.encode(claims, key or settings.JWT_SECRET, **{"algorithm": "HS256", **how})


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def without(claims: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if name != key}


def test_a_token_opens_with_one_query(
    grace: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = access_token_for(grace)

    with django_assert_num_queries(1):
        person, credential = identify(token)

    assert (person, credential.kind) == (grace, "session")
    assert person.__dict__.keys() == User.objects.get().__dict__.keys()


FORGERIES: dict[str, Callable[[dict[str, Any], str], str]] = {
    "no signature": lambda claims, _: f"{part({'alg': 'none'})}.{part(claims)}.",
    "spelled none": lambda claims, _: f"{part({'alg': 'None'})}.{part(claims)}.",
    "another HMAC": lambda claims, _: signed(claims, algorithm="HS512"),
    "another key": lambda claims, _: signed(claims, "k" * 64),
    "Django's key": lambda claims, _: signed(claims, settings.SECRET_KEY),
    "a key in the header": lambda claims, _: signed(
        claims, "k" * 64, headers={"jwk": {"kty": "oct", "k": part("k" * 64)}}
    ),
    "a file as key": lambda claims, _: signed(claims, "k" * 64, headers={"kid": "../../dev/null"}),
    "a critical header": lambda claims, _: signed(claims, headers={"crit": ["x"], "x": 1}),
    "an unencoded payload": lambda claims, _: signed(
        claims, headers={"crit": ["b64"], "b64": False}
    ),
    "two keys in one": lambda claims, _: signed(claims, settings.JWT_SECRET + settings.SECRET_KEY),
    "expired": lambda claims, _: signed(claims | {"exp": int(time.time()) - 1}),
    "no expiry": lambda claims, _: signed(without(claims, "exp")),
    "an expiry in words": lambda claims, _: signed(claims | {"exp": "tomorrow"}),
    "an endless expiry": lambda claims, _: signed(claims | {"exp": float("inf")}),
    "not yet valid": lambda claims, _: signed(claims | {"nbf": int(time.time()) + 600}),
    "from the future": lambda claims, _: signed(claims | {"iat": int(time.time()) + 600}),
    "another audience": lambda claims, _: signed(claims | {"aud": "others"}),
    "no audience": lambda claims, _: signed(without(claims, "aud")),
    "another issuer": lambda claims, _: signed(claims | {"iss": "others"}),
    "no issuer": lambda claims, _: signed(without(claims, "iss")),
    "another person": lambda claims, _: signed(claims | {"sub": str(uuid4())}),
    "nobody": lambda claims, _: signed(claims | {"sub": "x' OR 1=1"}),
    "several people": lambda claims, _: signed(claims | {"sub": [claims["sub"]]}),
    "another use": lambda claims, _: signed(claims | {"token_use": "admin"}),
    "no session": lambda claims, _: signed(without(claims, "sid")),
    "a broken session": lambda claims, _: signed(claims | {"sid": "x"}),
    "a number as session": lambda claims, _: signed(claims | {"sid": 7}),
    "truncated": lambda _, token: token[:-3],
    "doubled": lambda _, token: f"{token}.{token}",
    "empty parts": lambda *_: "..",
    "garbage": lambda *_: "garbage",
    "empty": lambda *_: "",
    "two words": lambda _, token: f"{token} {token}",
    "not ASCII": lambda _, token: f"ü{token}",
    "nine kilobytes": lambda *_: "a" * 9_000,
    "nested claims": lambda _, token: ".".join(
        [token.partition(".")[0], base64.urlsafe_b64encode(b"[" * 2_000).decode().rstrip("="), "x"]
    ),
    "a list of claims": lambda _, token: f"{token.partition('.')[0]}.{part([1])}.x",
    "nested header": lambda *_: (
        f"{base64.urlsafe_b64encode(b'[' * 2_900).decode().rstrip('=')}.e30.x"
    ),
}


def test_forged_tokens_are_refused(grace: User) -> None:
    token = access_token_for(grace)
    assert bearing(token).get("/api/auth/me").status_code == 200
    for name, forge in FORGERIES.items():
        response = bearing(forge(claims_of(token), token)).get("/api/auth/me")

        told = (name, response.status_code, response["WWW-Authenticate"])
        assert told == (name, 401, "Bearer")
        assert response.json()["code"] in {"invalid_token", "token_expired"}, name


def test_an_expired_token_says_so(grace: User) -> None:
    late = claims_of(access_token_for(grace)) | {"exp": int(time.time()) - 1}

    assert bearing(signed(late)).get("/api/auth/me").json()["code"] == "token_expired"


def test_an_expired_token_opens_nothing(grace: User) -> None:
    late = bearing(signed(claims_of(access_token_for(grace)) | {"exp": int(time.time()) - 1}))
    closed = [step for step, told in operations().items() if told.get("security")]
    assert len(closed) > 60
    answers = {
        (method, path): late.generic(method.upper(), re.sub(KEY, str(uuid4()), path)).status_code
        for method, path in closed
        if "_id}" not in path
    }

    assert set(answers.values()) == {401}, answers


def test_a_token_of_somebody_else_does_not_open_my_session(grace: User) -> None:
    thief = User.objects.create_user("thief@example.com")
    claims = claims_of(access_token_for(grace)) | {"sub": str(thief.pk)}

    assert bearing(signed(claims)).get("/api/auth/me").status_code == 401


def test_a_refresh_token_is_no_access_token(grace: User) -> None:
    token = token_pair_for(grace)["refresh_token"]

    assert bearing(token).get("/api/auth/me").status_code == 401


def test_the_session_key_is_no_token(grace: User) -> None:
    access_token_for(grace)

    assert bearing(Session.objects.get().pk).get("/api/auth/me").status_code == 401


def test_a_token_hides_its_session(grace: User, stranger: APIClient) -> None:
    claims = claims_of(access_token_for(grace))
    key = Session.objects.get().pk

    assert claims.keys() == {"iss", "aud", "iat", "exp", "sid", "jti", "token_use", "sub"}
    assert key not in str(claims)
    stranger.credentials(HTTP_X_SESSION_TOKEN=claims["sid"])
    assert stranger.post("/api/auth/mfa/verify", {"code": "1"}).json()["code"] == (
        "invalid_session_token"
    )


def test_a_token_in_the_address_is_ignored(grace: User, stranger: APIClient) -> None:
    token = access_token_for(grace)

    assert stranger.get("/api/auth/me", {"access_token": token}).status_code == 401


def test_a_broken_token_never_falls_back_to_the_cookie(grace: User, client: Client) -> None:
    client.force_login(grace)
    assert client.get("/api/auth/me").status_code == 200

    response = client.get("/api/auth/me", headers={"Authorization": "Bearer broken"})

    assert response.status_code == 401


def test_a_deactivated_person_is_out_at_once(grace: User) -> None:
    token = access_token_for(grace)
    User.objects.filter(pk=grace.pk).update(is_active=False)

    assert bearing(token).get("/api/auth/me").status_code == 401


def test_a_token_signed_with_the_previous_key_still_opens(grace: User, settings: Settings) -> None:
    token = access_token_for(grace)
    settings.AUTH_JWT_PREVIOUS_KEYS = [settings.HEADLESS_JWT_PRIVATE_KEY]
    settings.HEADLESS_JWT_PRIVATE_KEY = "a new key of at least thirty-two bytes"

    assert bearing(token).get("/api/auth/me").status_code == 200
    settings.AUTH_JWT_PREVIOUS_KEYS = []
    assert bearing(token).get("/api/auth/me").status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "bearer  ", "BEARER x y"])
def test_a_malformed_header_is_refused(signed_in: APIClient, header: str) -> None:
    signed_in.credentials(HTTP_AUTHORIZATION=header)

    assert signed_in.get("/api/auth/me").status_code == 401
