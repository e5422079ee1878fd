"""POST /api/auth/provider/token: an ID token in, a pair of ours out."""

import base64
import hmac
import time
from typing import Any

import jwt
import pytest
from allauth.account.models import EmailAddress
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rest_framework.test import APIClient

from accounts.models import User
from identity.limits import SIGN_INS_FROM
from identity.providers.jwks import keys_at
from tests.support.factors import code_of, give_app, verify
from tests.support.oidc_provider import KEY_ID, OidcProvider, key_of
from tests.support.openapi import complaints, described
from tests.support.provider_sign_in import TOKEN, by_token
from tests.support.sign_in import bearing

pytestmark = pytest.mark.django_db
CLIENT = "gantry-oidc"


def present(client: APIClient, token: str, **more: Any) -> Any:
    return client.post(TOKEN, {"provider": "oidc", "id_token": token, **more})


def refused(answer: Any, status: int = 401, code: str = "invalid_id_token") -> bool:
    assert complaints(answer, described("post", TOKEN)) == []
    assert not User.objects.exists()
    return (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("provider", ["oidc", "google"])
def test_an_id_token_is_answered_like_a_sign_in(
    stranger: APIClient, peer: OidcProvider, provider: str
) -> None:
    answer = by_token(stranger, peer, provider)

    assert complaints(answer, described("post", TOKEN)) == []
    assert (answer.status_code, answer.cookies) == (200, {})
    data = answer.json()["data"]
    assert data.keys() == {"user", "access_token", "refresh_token", "expires_in"}
    assert (data["user"]["email"], data["user"]["name"]) == ("grace@example.com", "Grace Hopper")
    assert bearing(data["access_token"]).get("/api/auth/me").status_code == 200


def test_a_new_person_has_a_verified_address_and_no_password(
    stranger: APIClient, peer: OidcProvider
) -> None:
    by_token(stranger, peer, email="Grace@Example.com")

    address = EmailAddress.objects.get()
    assert (address.email, address.verified, address.primary) == ("grace@example.com", True, True)
    assert not User.objects.get().has_usable_password()


def test_the_same_account_is_the_same_person_whatever_its_address(
    stranger: APIClient, peer: OidcProvider
) -> None:
    first = by_token(stranger, peer).json()["data"]["user"]
    second = by_token(stranger, peer, email="hopper@example.com").json()["data"]["user"]

    assert second == first
    assert by_token(stranger, peer, email_verified=False).status_code == 200


def with_shared_secret(claims: str, secret: bytes) -> str:
    """As if the provider's public key were a secret we shared with it."""
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"key-1"}').rstrip(b"=").decode()
    digest = hmac.digest(secret, f"{head}.{claims}".encode(), "sha256")
    return f"{head}.{claims}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def broken(peer: OidcProvider) -> dict[str, str]:
    """Tokens with one thing wrong with each."""
    now = int(time.time())
    head, claims, signature = peer.id_token(CLIENT).split(".")
    spki = (
        key_of("first").public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    told = jwt.decode(f"{head}.{claims}.{signature}", options={"verify_signature": False})
    return {
        "for another client": peer.id_token("somebody else"),
        "for several, asked for by another": peer.id_token(CLIENT, aud=[CLIENT, "x"], azp="x"),
        "for several, asked for by nobody": peer.id_token(CLIENT, aud=[CLIENT, "x"]),
        "asked for by another": peer.id_token(CLIENT, azp="x"),
        "expired": peer.id_token(CLIENT, iat=now - 600, exp=now - 300),
        "for ever": peer.id_token(CLIENT, exp=None),
        "from the future": peer.id_token(CLIENT, iat=now + 600),
        "of another issuer": peer.id_token(CLIENT, iss="https://evil.example"),
        "of nearly the issuer": peer.id_token(CLIENT, iss=f"{peer.url}/"),
        "about nobody": peer.id_token(CLIENT, sub=None),
        "with a nonce nobody told": peer.id_token(CLIENT, nonce="told to the provider"),
        "signed by another key": peer.id_token(CLIENT, key="stranger's"),
        "unsigned": jwt.encode(told, "", algorithm="none", headers={"kid": KEY_ID}),
        "signed with what is public": with_shared_secret(claims, spki),
        "of an unknown key": jwt.encode(
            told, key_of("stranger's"), algorithm="RS256", headers={"kid": "../key-1"}
        ),
        "without a signature": f"{head}.{claims}.",
        "of another algorithm": jwt.encode(
            told, key_of("first"), algorithm="RS512", headers={"kid": KEY_ID}
        ),
        "cut short": f"{head}.{claims}",
        "garbage": "garbage",
        "garbage in three parts": "a.b.c",
    }


def test_a_token_with_anything_wrong_is_refused(stranger: APIClient, peer: OidcProvider) -> None:
    answers = {what: present(stranger, token) for what, token in broken(peer).items()}

    assert {what: refused(answer) for what, answer in answers.items()} == dict.fromkeys(
        answers, True
    )


def test_a_nonce_has_to_be_the_one_asked_with(stranger: APIClient, peer: OidcProvider) -> None:
    token = peer.id_token(CLIENT, nonce="n-0S6_WzA2Mj")

    assert refused(present(stranger, token, nonce="another"))
    assert refused(present(stranger, peer.id_token(CLIENT), nonce="n-0S6_WzA2Mj"))
    assert present(stranger, token, nonce="n-0S6_WzA2Mj").status_code == 200


def test_a_token_works_once(stranger: APIClient, peer: OidcProvider) -> None:
    token = peer.id_token(CLIENT)
    assert present(stranger, token).status_code == 200

    again = present(stranger, token)

    assert (again.status_code, again.json()["code"]) == (401, "invalid_id_token")


def test_the_second_factor_is_still_asked_for(
    stranger: APIClient, peer: OidcProvider, grace: User
) -> None:
    EmailAddress.objects.create(user=grace, email=grace.email, verified=True, primary=True)
    secret = give_app(grace)

    refusal = by_token(stranger, peer)

    body = refusal.json()
    assert (refusal.status_code, body["code"]) == (401, "mfa_required")
    answer = verify(stranger, body["session_token"], code_of(secret))
    assert answer.json()["data"]["user"]["email"] == grace.email


@pytest.mark.parametrize("told", [False, None, "false", "", 0, "yes", {"a": 1}])
def test_only_a_verified_address_registers_anybody(
    stranger: APIClient, peer: OidcProvider, told: Any
) -> None:
    answer = by_token(stranger, peer, email_verified=told)

    assert refused(answer, 403, "email_not_verified")


@pytest.mark.parametrize("email", [None, "", "grace", "grace@\x00", ["grace@example.com"], 7])
def test_only_an_address_registers_anybody(
    stranger: APIClient, peer: OidcProvider, email: Any
) -> None:
    assert refused(by_token(stranger, peer, email=email), 403, "email_not_verified")


@pytest.mark.parametrize(
    ("name", "kept"),
    [(None, ""), (7, ""), ("x" * 300, "x" * 200), ("Gr\x00ace\n", "Grace"), ("  Ada ", "Ada")],
)
def test_a_strange_name_does_no_harm(
    stranger: APIClient, peer: OidcProvider, name: Any, kept: str
) -> None:
    assert by_token(stranger, peer, name=name).json()["data"]["user"]["name"] == kept


@pytest.mark.parametrize("uid", ["", "x" * 192, "a\x00b"])
def test_a_strange_id_is_the_fault_of_the_provider(
    stranger: APIClient, peer: OidcProvider, uid: str
) -> None:
    assert refused(by_token(stranger, peer, sub=uid), 503, "provider_unavailable")


def test_a_provider_that_is_off_is_not_found(stranger: APIClient, peer: OidcProvider) -> None:
    body = {"provider": "gitlab", "id_token": "x"}

    assert refused(stranger.post(TOKEN, body), 404, "unknown_provider")


def test_github_has_no_id_tokens(stranger: APIClient, peer: OidcProvider) -> None:
    assert refused(by_token(stranger, peer, "github"), 400, "no_id_tokens")


@pytest.mark.parametrize(
    "body", [{}, {"provider": "oidc"}, {"provider": ["oidc"], "id_token": "x"}, [], "x"]
)
def test_a_body_that_makes_no_sense_is_invalid(
    stranger: APIClient, peer: OidcProvider, body: Any
) -> None:
    assert refused(stranger.post(TOKEN, body), 400, "invalid")


def test_a_new_key_is_looked_up(stranger: APIClient, peer: OidcProvider) -> None:
    by_token(stranger, peer)
    keys_at(f"{peer.url}/jwks").cooldown_duration = 0
    peer.keys = {"key-2": "second"}

    assert by_token(stranger, peer).status_code == 200


def test_made_up_keys_cost_the_provider_nothing(stranger: APIClient, peer: OidcProvider) -> None:
    by_token(stranger, peer)
    token = peer.id_token(CLIENT)
    peer.asked.clear()
    head = jwt.encode({}, key_of("first"), algorithm="RS256", headers={"kid": "made-up"})

    for _ in range(5):
        present(stranger, f"{head.partition('.')[0]}.{token.partition('.')[2]}")

    assert peer.asked == []


def test_tries_from_one_address_are_limited(stranger: APIClient, peer: OidcProvider) -> None:
    for _ in range(SIGN_INS_FROM.most):
        present(stranger, "x")

    answer = present(stranger, peer.id_token(CLIENT))

    assert refused(answer, 429, "too_many_requests")
