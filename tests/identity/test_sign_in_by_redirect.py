"""Signing in at a provider and coming back: state, nonce, PKCE, and tokens at the end."""

from typing import Any

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.support.factors import code_of, give_app, verify
from tests.support.oidc_provider import OidcProvider
from tests.support.openapi import complaints, described
from tests.support.provider_sign_in import (
    CALLBACK,
    JSON,
    REDIRECT,
    at_provider,
    begin,
    dance,
    exchange,
    parameter,
)
from tests.support.sign_in import bearing

pytestmark = pytest.mark.django_db
ERROR_PAGE = "http://localhost:3000/sign-in/error"


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def primary_at_github(peer: OidcProvider) -> None:
    peer.emails = [
        {"email": "old@example.com", "primary": False, "verified": True},
        {"email": "Grace@example.com", "primary": True, "verified": True},
    ]


@pytest.mark.parametrize("provider", ["oidc", "google", "github"])
def test_the_way_to_a_provider_and_back_ends_with_tokens(browser: Client, provider: str) -> None:
    assert dance(browser, provider) == CALLBACK

    answer = exchange(browser)
    data = answer.json()["data"]
    assert (data["user"]["email"], data["user"]["name"]) == ("grace@example.com", "Grace Hopper")
    assert bearing(data["access_token"]).get("/api/auth/me").status_code == 200
    assert EmailAddress.objects.get().verified
    assert User.objects.by_address("grace@example.com").exists()


def test_begin_answers_an_address_with_state_nonce_and_pkce(
    browser: Client, peer: OidcProvider
) -> None:
    answer = begin(browser)

    assert complaints(answer, described("post", REDIRECT)) == []
    url = answer.json()["data"]["url"]
    assert url.startswith(f"{peer.url}/authorize?")
    assert parameter(url, "code_challenge_method") == "S256"
    assert parameter(url, "redirect_uri").endswith("/accounts/provider/oidc/callback/")
    assert len(parameter(url, "nonce")) >= 32
    assert len(parameter(url, "state")) >= 16


def test_a_second_visit_is_the_same_person(browser: Client) -> None:
    dance(browser)
    dance(Client())

    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 1)


def test_a_callback_works_once(browser: Client) -> None:
    back = at_provider(begin(browser).json()["data"]["url"])
    assert browser.get(back)["Location"] == CALLBACK

    assert browser.get(back)["Location"] == f"{ERROR_PAGE}?error=invalid_state"


def test_a_callback_belongs_to_the_browser_that_began(browser: Client) -> None:
    back = at_provider(begin(browser).json()["data"]["url"])
    victim = Client()

    assert victim.get(back)["Location"] == f"{ERROR_PAGE}?error=invalid_state"
    assert exchange(victim).status_code == 401


@pytest.mark.parametrize("query", ["", "?code=1", "?code=1&state=made-up", "?state=&code="])
def test_a_callback_nobody_began_is_refused(browser: Client, query: str) -> None:
    answer = browser.get(f"/accounts/provider/oidc/callback/{query}")

    assert answer["Location"] == f"{ERROR_PAGE}?error=invalid_state"


def test_a_state_belongs_to_its_provider(browser: Client) -> None:
    back = at_provider(begin(browser, "google").json()["data"]["url"])

    answer = browser.get(back.replace("/google/", "/oidc/"))

    assert answer["Location"] == f"{ERROR_PAGE}?error=invalid_state"


def test_a_token_with_another_nonce_is_refused(browser: Client, peer: OidcProvider) -> None:
    url = begin(browser).json()["data"]["url"]
    swapped = url.replace(parameter(url, "nonce"), "of-another-sign-in")

    assert browser.get(at_provider(swapped))["Location"] == f"{CALLBACK}?error=invalid_id_token"
    assert not User.objects.exists()


def test_a_code_of_another_sign_in_fails_at_the_provider(browser: Client) -> None:
    """Its verifier is not the one this browser began with: PKCE."""
    stolen = parameter(at_provider(begin(Client()).json()["data"]["url"]), "code")
    back = at_provider(begin(browser).json()["data"]["url"])

    answer = browser.get(back.replace(parameter(back, "code"), stolen))

    assert answer["Location"] == f"{CALLBACK}?error=provider_refused"


def test_the_provider_demands_the_proof_of_pkce(browser: Client, peer: OidcProvider) -> None:
    back = at_provider(begin(browser).json()["data"]["url"])
    given = {"code": parameter(back, "code"), "redirect_uri": "x", "code_verifier": "guessed"}

    answer = requests.post(f"{peer.url}/token", data=given, timeout=10)

    assert answer.json() == {"error": "invalid_grant"}


def test_somebody_who_declines_comes_back_with_an_error(browser: Client) -> None:
    state = parameter(begin(browser).json()["data"]["url"], "state")

    answer = browser.get(f"/accounts/provider/oidc/callback/?error=access_denied&state={state}")

    assert answer["Location"] == f"{CALLBACK}?error=provider_refused"


def test_the_second_factor_is_still_asked_for(
    browser: Client, grace: User, peer: OidcProvider
) -> None:
    EmailAddress.objects.create(user=grace, email=grace.email, verified=True, primary=True)
    secret = give_app(grace)
    assert dance(browser) == CALLBACK

    refusal = exchange(browser)

    body = refusal.json()
    assert (refusal.status_code, body["code"]) == (401, "mfa_required")
    assert complaints(refusal, described("post", "/api/auth/session/exchange")) == []
    answer = verify(bearing(""), body["session_token"], code_of(secret))
    assert answer.json()["data"]["user"]["email"] == grace.email


def test_half_a_sign_in_is_told_to_its_own_page_only(
    browser: Client, grace: User, peer: OidcProvider
) -> None:
    EmailAddress.objects.create(user=grace, email=grace.email, verified=True, primary=True)
    give_app(grace)
    dance(browser)

    answer = browser.post("/api/auth/session/exchange", content_type=JSON)

    assert answer.status_code == 403


def test_a_session_begun_by_somebody_else_is_not_kept(browser: Client) -> None:
    begin(browser)
    before = browser.cookies["sessionid"].value

    dance(browser)

    assert browser.cookies["sessionid"].value != before


def test_whoever_was_signed_in_here_is_not_any_more(browser: Client, grace: User) -> None:
    mallory = User.objects.create_user("mallory@example.com")
    EmailAddress.objects.create(user=grace, email=grace.email, verified=True, primary=True)
    browser.force_login(mallory)

    dance(browser)

    assert exchange(browser).json()["data"]["user"]["email"] == grace.email


FOREIGN = [
    "https://evil.example",
    "http://localhost:3000.evil.example/",
    "http://localhost:3000@evil.example/",
    "http://localhost:30001/",
    "https://localhost:3000/",
    "//localhost:3000/",
    "/signed-in",
    "javascript:alert(1)",
    "http://localhost:3000/\\evil.example",
    "http://localhost:3000/\r\nSet-Cookie: a=b",
    "http://localhost:3000/ä",
    "",
]


@pytest.mark.parametrize("url", FOREIGN)
def test_the_way_back_leads_to_the_front_end_only(browser: Client, url: str) -> None:
    body: dict[str, Any] = {"provider": "oidc", "callback_url": url}

    answer = browser.post(REDIRECT, body, content_type=JSON)

    assert answer.status_code == 400
    assert "callback_url" in answer.json()["errors"]


def test_the_front_end_may_name_any_page_of_its_own(browser: Client, settings: Settings) -> None:
    settings.FRONTEND_URL = "https://app.example.com/gantry"
    for url in ("https://app.example.com", "https://app.example.com/x?y=1#z"):
        body = {"provider": "oidc", "callback_url": url}
        assert browser.post(REDIRECT, body, content_type=JSON).status_code == 200


def test_an_error_is_added_to_the_query_of_the_page(browser: Client) -> None:
    body = {"provider": "oidc", "callback_url": f"{CALLBACK}?next=%2Fa%26b#top"}
    url = browser.post(REDIRECT, body, content_type=JSON).json()["data"]["url"]

    answer = browser.get(
        f"/accounts/provider/oidc/callback/?error=no&state={parameter(url, 'state')}"
    )

    assert answer["Location"] == f"{CALLBACK}?next=%2Fa%26b&error=provider_refused#top"
