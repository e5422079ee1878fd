"""A provider that is away, slow or talks nonsense is said to be so, in time and in the envelope."""

import time
from itertools import cycle
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from identity.providers import http_client
from tests.support.oidc_provider import OidcProvider
from tests.support.openapi import complaints, described
from tests.support.provider_sign_in import CALLBACK, REDIRECT, TOKEN, at_provider, begin, by_token

pytestmark = pytest.mark.django_db
DISCOVERY = "/.well-known/openid-configuration"


def is_said_to_be_away(answer: Any, path: str) -> bool:
    assert complaints(answer, described("post", path)) == []
    assert not User.objects.exists()
    code = answer.json()["code"]
    return (answer.status_code, code, answer["Retry-After"]) == (503, "provider_unavailable", "30")


def test_a_provider_that_is_away(stranger: APIClient, client: Client, peer: OidcProvider) -> None:
    peer.close()

    assert is_said_to_be_away(by_token(stranger, peer), TOKEN)
    assert is_said_to_be_away(begin(client), REDIRECT)


def test_the_way_to_github_needs_no_answer_of_github(client: Client, peer: OidcProvider) -> None:
    peer.close()

    assert begin(client, "github").status_code == 200


@pytest.mark.parametrize("delayed", [True, False])
def test_nobody_waits_for_ever(
    stranger: APIClient, peer: OidcProvider, monkeypatch: pytest.MonkeyPatch, *, delayed: bool
) -> None:
    monkeypatch.setattr(http_client, "SECONDS", 0.4)
    peer.delay = 2.0 if delayed else 0.0
    peer.dripping = not delayed
    started = time.monotonic()

    answer = by_token(stranger, peer)

    assert is_said_to_be_away(answer, TOKEN)
    assert time.monotonic() - started < 1.5


NONSENSE = {
    "a fault": (500, {}),
    "nothing": (200, b""),
    "no JSON": (200, b"<html>"),
    "no object": (200, []),
    "not text": (200, b"\xff\xfe\x00"),
    "an empty object": (200, {}),
    "too much": (200, b'"' + b"x" * 2 * http_client.MOST_BYTES + b'"'),
    "elsewhere": (302, "http://127.0.0.1:1/"),
}


@pytest.mark.parametrize("answered", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_about_itself(
    stranger: APIClient, client: Client, peer: OidcProvider, answered: Any
) -> None:
    peer.broken[DISCOVERY] = answered

    assert is_said_to_be_away(by_token(stranger, peer), TOKEN)
    assert is_said_to_be_away(begin(client), REDIRECT)


@pytest.mark.parametrize("answered", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_instead_of_keys(stranger: APIClient, peer: OidcProvider, answered: Any) -> None:
    peer.broken["/jwks"] = answered

    assert is_said_to_be_away(by_token(stranger, peer), TOKEN)


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"jwks_uri": "https://evil.example/jwks"},
        {"token_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": 7},
    ],
)
def test_a_discovery_document_about_somebody_else(
    client: Client, peer: OidcProvider, told: dict[str, Any]
) -> None:
    peer.discovery = told

    assert is_said_to_be_away(begin(client), REDIRECT)


ENDPOINTS = [
    ("oidc", "/token"),
    ("google", "/userinfo"),
    ("github", "/github/login/oauth/access_token"),
    ("github", "/github/api/v3/user"),
    ("github", "/github/api/v3/user/emails"),
]


READ = ("a fault", "no JSON", "no object", "an empty object", "elsewhere")
"""What each endpoint has to judge; all else is unreadable wherever it comes from."""
UNREAD = [name for name in NONSENSE if name not in READ]
ON_THE_WAY = [
    *((*endpoint, name) for endpoint in ENDPOINTS for name in READ),
    *((*endpoint, name) for endpoint, name in zip(ENDPOINTS, cycle(UNREAD), strict=False)),
]


@pytest.mark.parametrize(("provider", "path", "nonsense"), ON_THE_WAY)
def test_nonsense_on_the_way_back_leads_to_the_front_end(
    client: Client, peer: OidcProvider, provider: str, path: str, nonsense: str
) -> None:
    peer.told_in_token = ()
    back = at_provider(begin(client, provider).json()["data"]["url"])
    peer.broken[path] = NONSENSE[nonsense]

    ended = client.get(back)["Location"]

    codes = ("provider_unavailable", "provider_refused", "invalid_id_token", "email_not_verified")
    assert ended in {f"{CALLBACK}?error={code}" for code in codes}
    assert not User.objects.exists()


def test_a_profile_of_somebody_else_is_not_believed(client: Client, peer: OidcProvider) -> None:
    peer.told_in_token = ()
    back = at_provider(begin(client).json()["data"]["url"])
    peer.changes["sub"] = "mallory"

    assert client.get(back)["Location"] == f"{CALLBACK}?error=invalid_id_token"


def test_an_address_the_token_lacks_is_read_from_the_profile(
    client: Client, peer: OidcProvider
) -> None:
    peer.told_in_token = ()

    assert client.get(at_provider(begin(client).json()["data"]["url"]))["Location"] == CALLBACK
    assert User.objects.get().email == "grace@example.com"


@pytest.mark.parametrize(
    ("in_token", "in_profile"),
    [
        ({"email": "victim@example.com"}, {"email": "mallory@example.com", "email_verified": True}),
        ({"email_verified": True}, {"email": "victim@example.com", "email_verified": False}),
    ],
)
def test_token_and_profile_are_not_mixed(
    client: Client, peer: OidcProvider, in_token: dict[str, Any], in_profile: dict[str, Any]
) -> None:
    """An address from the one is not verified by the other."""
    peer.told_in_token = ()
    peer.changes, peer.person = in_token, {"sub": "mallory", **in_profile}

    ended = client.get(at_provider(begin(client).json()["data"]["url"]))["Location"]

    assert ended == f"{CALLBACK}?error=email_not_verified"


@pytest.mark.parametrize(
    "emails",
    [
        [],
        [{"email": "a@example.com", "primary": True, "verified": False}],
        [{"email": "a@example.com", "primary": False, "verified": True}],
        [{"email": "a@example.com", "primary": True, "verified": "false"}],
    ],
)
def test_only_the_primary_verified_address_of_github_counts(
    client: Client, peer: OidcProvider, emails: list[dict[str, Any]]
) -> None:
    peer.emails = emails

    ended = client.get(at_provider(begin(client, "github").json()["data"]["url"]))["Location"]

    assert ended == f"{CALLBACK}?error=email_not_verified"
