"""/api/auth/passkey and /api/auth/mfa/passkeys, with a passkey in software."""

from typing import Any
from unittest.mock import ANY

import pytest
from allauth.mfa.models import Authenticator
from rest_framework.test import APIClient

from accounts.models import User
from core.limits import take
from identity.limits import PASSKEYS_FROM
from tests.support.factors import code_of, give_app, half_signed_in, prove_again
from tests.support.passkey import Passkey
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for

KEYS = "/api/auth/mfa/passkeys"
LOGIN = "/api/auth/passkey"


def enrol(client: APIClient, key: Passkey, name: str = "Phone") -> Any:
    options = client.post(f"{KEYS}/begin").json()["data"]["options"]
    return client.post(KEYS, {"name": name, "credential": key.create(options)})


def begin_login(client: APIClient) -> tuple[dict[str, Any], str]:
    begun = client.post(f"{LOGIN}/begin").json()["data"]
    return begun["options"], begun["session_token"]


def log_in(client: APIClient, key: Passkey, **claimed: str) -> Any:
    options, token = begin_login(client)
    credential = key.get(options)
    credential["response"] |= claimed
    return client.post(LOGIN, {"credential": credential}, HTTP_X_SESSION_TOKEN=token)


@pytest.fixture
def proven(signed_in: APIClient) -> APIClient:
    prove_again(signed_in)
    return signed_in


@pytest.fixture
def key(proven: APIClient) -> Passkey:
    """Grace's, enrolled."""
    key = Passkey()
    assert enrol(proven, key).status_code == 201
    return key


def test_enrol_asks_for_a_key_that_knows_its_owner(proven: APIClient, grace: User) -> None:
    options = proven.post(f"{KEYS}/begin", HTTP_HOST="localhost:8123").json()["data"]["options"]

    assert options["rp"] == {"id": "localhost", "name": "Gantry"}
    assert options["user"]["name"] == grace.email
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"


def test_enrol_keeps_the_key_and_shows_recovery_codes(proven: APIClient, key: Passkey) -> None:
    second = enrol(proven, Passkey(), "Laptop").json()["data"]

    assert second == {"passkey": ANY, "recovery_codes": []}
    shown = proven.get("/api/auth/mfa").json()["data"]
    assert [row["name"] for row in shown] == ["Phone", None, "Laptop"]
    assert shown[1]["codes_left"] == 10


def test_log_in_needs_nothing_but_the_key(stranger: APIClient, grace: User, key: Passkey) -> None:
    response = log_in(stranger, key)

    assert response.status_code == 200
    assert response.json()["data"]["user"]["email"] == grace.email
    token = response.json()["data"]["access_token"]
    assert bearing(token).get("/api/auth/me").status_code == 200
    assert response.cookies == {}


FOREIGN: list[dict[str, Any]] = [
    {"origin": "https://evil.example"},
    {"origin": "http://localhost.evil.example:3000"},
    {"rp_id": "evil.example"},
    {"verified": False},
]


def test_enrol_refuses_foreign_and_unverified_answers(proven: APIClient) -> None:
    for flaw in FOREIGN:
        response = enrol(proven, Passkey(**flaw))

        told = (response.status_code, response.json()["code"])
        assert (flaw, *told) == (flaw, 400, "incorrect_passkey")
        assert not Authenticator.objects.exists()


def test_log_in_refuses_foreign_and_unverified_answers(stranger: APIClient, key: Passkey) -> None:
    for flaw in FOREIGN:
        elsewhere = Passkey(**flaw)
        elsewhere.id, elsewhere.key, elsewhere.user_handle = key.id, key.key, key.user_handle

        response = log_in(stranger, elsewhere)

        told = (response.status_code, response.json()["code"])
        assert (flaw, *told) == (flaw, 400, "incorrect_passkey")


def test_log_in_refuses_the_key_of_somebody_else(
    stranger: APIClient, grace: User, key: Passkey
) -> None:
    mallory = User.objects.create_user("mallory@example.com", PASSWORD)
    hers = bearing(access_token_for(mallory))
    prove_again(hers)
    other = Passkey()
    enrol(hers, other)

    response = log_in(stranger, other, userHandle=key.user_handle)

    assert (response.status_code, response.json()["code"]) == (400, "incorrect_passkey")


def test_log_in_refuses_another_challenge(stranger: APIClient, key: Passkey) -> None:
    earlier, _ = begin_login(stranger)
    _, token = begin_login(stranger)

    body = {"credential": key.get(earlier)}
    response = stranger.post(LOGIN, body, HTTP_X_SESSION_TOKEN=token)

    assert response.json()["code"] == "incorrect_passkey"


def test_log_in_refuses_an_answer_twice(stranger: APIClient, key: Passkey) -> None:
    options, token = begin_login(stranger)
    body = {"credential": key.get(options)}
    assert stranger.post(LOGIN, body, HTTP_X_SESSION_TOKEN=token).status_code == 200

    assert stranger.post(LOGIN, body, HTTP_X_SESSION_TOKEN=token).status_code == 401


def test_log_in_refuses_forged_signatures(stranger: APIClient, key: Passkey) -> None:
    forged = ["", "AAAA", "=", "x" * 5000]
    answers = {made: log_in(stranger, key, signature=made).status_code for made in forged}
    assert answers == dict.fromkeys(forged, 400)


def test_log_in_survives_garbage(stranger: APIClient, key: Passkey) -> None:
    garbage = ["", "AAAA", "=", "gP8", "bnVsbA"]
    for field in ("clientDataJSON", "authenticatorData", "userHandle"):
        answers = {value: log_in(stranger, key, **{field: value}).status_code for value in garbage}
        assert (field, answers) == (field, dict.fromkeys(garbage, 400))


def test_log_in_is_over_for_who_is_inactive(stranger: APIClient, grace: User, key: Passkey) -> None:
    User.objects.filter(pk=grace.pk).update(is_active=False)

    assert log_in(stranger, key).status_code == 401


def test_log_in_is_limited_for_each_internet_address(stranger: APIClient, key: Passkey) -> None:
    for _ in range(29):
        take(PASSKEYS_FROM, "127.0.0.1")
    assert stranger.post(f"{LOGIN}/begin").status_code == 200

    response = log_in(APIClient(REMOTE_ADDR="192.0.2.1"), key)
    refused = stranger.post(f"{LOGIN}/begin")

    assert (response.status_code, refused.status_code) == (200, 429)
    assert 55 <= int(refused["Retry-After"]) <= 60


def test_a_key_is_a_second_factor(stranger: APIClient, grace: User, key: Passkey) -> None:
    token: Any = {"HTTP_X_SESSION_TOKEN": half_signed_in(stranger, grace)}
    path = "/api/auth/mfa/verify/passkey"
    options = stranger.post(f"{path}/begin", **token).json()["data"]["options"]
    forged = stranger.post(path, {"credential": Passkey().get(options)}, **token)

    response = stranger.post(path, {"credential": key.get(options)}, **token)

    assert (forged.status_code, response.status_code) == (400, 200)


def test_a_key_is_a_recent_proof(grace: User, key: Passkey) -> None:
    other = bearing(access_token_for(grace))
    path = "/api/auth/reauthenticate/passkey"
    options = other.post(f"{path}/begin").json()["data"]["options"]

    assert other.post(path, {"credential": key.get(options)}).status_code == 204

    assert other.post(f"{KEYS}/begin").status_code == 200


def test_keys_are_changed_after_a_recent_proof_only(grace: User, key: Passkey) -> None:
    other = bearing(access_token_for(grace))
    kept = Authenticator.objects.get(type="webauthn")
    answers = [other.post(f"{KEYS}/begin"), other.delete(f"{KEYS}/{kept.pk}")]

    assert [answer.json()["code"] for answer in answers] == ["reauthentication_required"] * 2


def test_remove_takes_the_recovery_codes_with_the_last_factor(
    proven: APIClient, stranger: APIClient, key: Passkey
) -> None:
    kept = Authenticator.objects.get(type="webauthn")

    assert proven.delete(f"{KEYS}/{kept.pk}").status_code == 204

    assert not Authenticator.objects.exists()
    assert log_in(stranger, key).json()["code"] == "incorrect_passkey"


def test_keys_of_others_do_not_exist(grace: User, key: Passkey) -> None:
    kept = Authenticator.objects.get(type="webauthn")
    mallory = User.objects.create_user("mallory@example.com", PASSWORD)
    hers = bearing(access_token_for(mallory))
    prove_again(hers, code=code_of(give_app(mallory)))

    assert hers.delete(f"{KEYS}/{kept.pk}").status_code == 404
    assert Authenticator.objects.filter(pk=kept.pk).exists()
