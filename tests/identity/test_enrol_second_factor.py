"""/api/auth/mfa: authenticator apps and recovery codes."""

from typing import Any
from unittest.mock import ANY
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core import mail
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from identity.adapters import MFAAdapter
from outbox.models import Delivery
from tests.notifications.mailing import send_all
from tests.support.factors import (
    code_of,
    give_app,
    give_recovery_codes,
    half_signed_in,
    prove_again,
    verify,
    wrong_code_for,
)
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for

TOTP = "/api/auth/mfa/totp"
ACTIVATE = f"{TOTP}/activate"
CODES = "/api/auth/mfa/recovery-codes"


@pytest.fixture
def proven(signed_in: APIClient) -> APIClient:
    """Grace, who has just typed her password again."""
    prove_again(signed_in)
    return signed_in


def enrol(client: APIClient) -> tuple[str, Any]:
    secret = client.post(TOTP).json()["data"]["secret"]
    return secret, client.post(ACTIVATE, {"code": code_of(secret)})


def test_enrol_shows_the_secret_and_its_address(proven: APIClient, grace: User) -> None:
    shown = proven.post(TOTP).json()["data"]

    assert shown == {"secret": ANY, "totp_url": ANY}
    url = urlsplit(shown["totp_url"])
    assert (url.scheme, url.netloc, url.path) == ("otpauth", "totp", "/grace%40example.com")
    assert parse_qs(url.query) == {"secret": [shown["secret"]], "issuer": ["Gantry"]}
    assert not Authenticator.objects.exists()


def test_activate_shows_recovery_codes_once(proven: APIClient, grace: User) -> None:
    _, response = enrol(proven)

    assert response.status_code == 200
    assert len(set(response.json()["data"]["recovery_codes"])) == 10
    kinds = proven.get("/api/auth/mfa").json()["data"]
    assert [kind["type"] for kind in kinds] == ["totp", "recovery_codes"]
    assert kinds[1] == {
        "id": ANY,
        "type": "recovery_codes",
        "name": None,
        "codes_left": 10,
        "created_at": ANY,
        "last_used_at": None,
    }


def test_activate_tells_the_person(
    proven: APIClient, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        enrol(proven)
    send_all()

    assert "totp_activated" in Delivery.objects.values_list("payload__mail", flat=True)
    assert ["grace@example.com"] in [message.to for message in mail.outbox]


def test_the_next_sign_in_asks_for_the_second_factor(
    proven: APIClient, stranger: APIClient, grace: User
) -> None:
    _, response = enrol(proven)
    code = response.json()["data"]["recovery_codes"][3]

    assert verify(stranger, half_signed_in(stranger, grace), code).status_code == 200


def test_the_code_of_the_enrolment_is_spent(
    proven: APIClient, stranger: APIClient, grace: User
) -> None:
    code = code_of(proven.post(TOTP).json()["data"]["secret"])
    assert proven.post(ACTIVATE, {"code": code}).status_code == 200

    response = verify(stranger, half_signed_in(stranger, grace), code)

    assert response.json()["code"] == "incorrect_code"


def test_a_secret_is_encrypted_at_rest(proven: APIClient, grace: User, settings: Settings) -> None:
    secret, _ = enrol(proven)
    kept = Authenticator.objects.get(type="totp")
    assert secret not in str(kept.data)

    settings.AUTH_MFA_KEYS = ["a newer key of at least thirty-two bytes"]
    assert MFAAdapter().decrypt(kept.data["secret"]) == secret
    settings.SECRET_KEY = "another secret of at least thirty-two bytes"
    with pytest.raises(InvalidToken):
        MFAAdapter().decrypt(kept.data["secret"])


def test_activate_refuses_a_wrong_code(proven: APIClient) -> None:
    secret = proven.post(TOTP).json()["data"]["secret"]

    response = proven.post(ACTIVATE, {"code": wrong_code_for(secret)})

    assert (response.status_code, response.json()["code"]) == (400, "incorrect_code")
    assert response.json()["errors"] == {"code": ["Incorrect code."]}
    assert not Authenticator.objects.exists()


def test_activate_limits_wrong_codes(proven: APIClient) -> None:
    secret = proven.post(TOTP).json()["data"]["secret"]
    for _ in range(5):
        proven.post(ACTIVATE, {"code": wrong_code_for(secret)})

    assert proven.post(ACTIVATE, {"code": code_of(secret)}).status_code == 429


def test_a_second_app_is_a_conflict(proven: APIClient, grace: User) -> None:
    give_app(grace)

    responses = [proven.post(TOTP), proven.post(ACTIVATE, {"code": "123456"})]

    assert [response.status_code for response in responses] == [409, 409]
    assert responses[0].json()["code"] == "already_enrolled"


def test_recovery_codes_are_renewed(proven: APIClient, stranger: APIClient, grace: User) -> None:
    give_app(grace)
    old = give_recovery_codes(grace)

    new = proven.post(CODES).json()["data"]["recovery_codes"]

    assert not set(old) & set(new)
    token = half_signed_in(stranger, grace)
    assert verify(stranger, token, old[0]).json()["code"] == "incorrect_code"
    assert verify(stranger, token, new[0]).status_code == 200


def test_recovery_codes_need_a_factor_to_recover_from(proven: APIClient) -> None:
    response = proven.post(CODES)

    assert (response.status_code, response.json()["code"]) == (409, "no_second_factor")


def test_deactivate_removes_the_recovery_codes_with_the_last_factor(
    proven: APIClient, stranger: APIClient, grace: User
) -> None:
    give_app(grace)
    give_recovery_codes(grace)

    assert proven.delete(TOTP).status_code == 204

    assert proven.get("/api/auth/mfa").json()["data"] == []
    body = {"email": grace.email, "password": PASSWORD}
    assert stranger.post("/api/auth/login", body).status_code == 200
    assert proven.delete(TOTP).status_code == 404


CHANGES = [("post", TOTP), ("post", ACTIVATE), ("delete", TOTP), ("post", CODES)]


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_changes_need_a_recent_proof(
    signed_in: APIClient, grace: User, method: str, path: str
) -> None:
    give_app(grace)

    response = getattr(signed_in, method)(path, {"code": "123456"})

    assert response.status_code == 403
    assert response.json()["code"] == "reauthentication_required"


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_proof_does_not_last(
    proven: APIClient, grace: User, settings: Settings, method: str, path: str
) -> None:
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0

    response = getattr(proven, method)(path, {"code": "123456"})

    assert response.json()["code"] == "reauthentication_required"


def test_a_proof_counts_for_one_device(proven: APIClient, grace: User) -> None:
    other = bearing(access_token_for(grace))

    assert other.post(TOTP).json()["code"] == "reauthentication_required"


def test_a_sign_in_is_no_recent_proof(stranger: APIClient, grace: User) -> None:
    body = {"email": grace.email, "password": PASSWORD}
    token = stranger.post("/api/auth/login", body).json()["data"]["access_token"]

    assert bearing(token).post(TOTP).json()["code"] == "reauthentication_required"


def test_the_second_factor_is_a_proof(signed_in: APIClient, grace: User) -> None:
    prove_again(signed_in, code=code_of(give_app(grace)))

    assert signed_in.delete(TOTP).status_code == 204


def test_a_wrong_password_is_no_proof(signed_in: APIClient) -> None:
    response = signed_in.post("/api/auth/reauthenticate", {"password": "wrong"})

    assert (response.status_code, response.json()["code"]) == (400, "incorrect_password")
    assert signed_in.post(TOTP).json()["code"] == "reauthentication_required"


def test_wrong_proofs_are_limited(signed_in: APIClient) -> None:
    for _ in range(5):
        signed_in.post("/api/auth/reauthenticate", {"password": "wrong"})

    response = signed_in.post("/api/auth/reauthenticate", {"password": PASSWORD})

    assert response.status_code == 429
    assert 240 < int(response["Retry-After"]) <= 300


@pytest.mark.parametrize("proof", [{}, {"password": "x", "code": "1"}, {"code": ["1"]}])
def test_a_proof_is_one_thing(signed_in: APIClient, proof: dict[str, Any]) -> None:
    assert signed_in.post("/api/auth/reauthenticate", proof).status_code == 400


def test_a_cookie_does_not_change_how_one_signs_in(grace: User, client: Client) -> None:
    client.force_login(grace)

    assert client.get("/api/auth/mfa").status_code == 401
    assert client.post(TOTP).status_code == 401


def test_a_session_token_beside_a_bearer_token_changes_nothing(
    signed_in: APIClient, stranger: APIClient
) -> None:
    mallory = User.objects.create_user("mallory@example.com", PASSWORD)
    give_app(mallory)

    response = signed_in.get(
        "/api/auth/mfa", HTTP_X_SESSION_TOKEN=half_signed_in(stranger, mallory)
    )

    assert response.json()["data"] == []


def test_an_unverified_address_enrols_nothing(
    proven: APIClient, grace: User, settings: Settings
) -> None:
    settings.MFA_ALLOW_UNVERIFIED_EMAIL = False
    EmailAddress.objects.create(user=grace, email=grace.email, primary=True)

    response = proven.post(TOTP)

    assert (response.status_code, response.json()["code"]) == (409, "unverified_email")
