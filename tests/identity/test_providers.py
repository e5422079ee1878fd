"""Which providers are on: told by the environment, shown to the front end."""

from collections.abc import Callable
from runpy import run_path
from typing import Any

import pytest
from allauth.socialaccount.models import SocialApp
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from rest_framework.test import APIClient

from config.env import ROOT
from tests.config.production import UNSET, start
from tests.support.oidc_provider import OidcProvider
from tests.support.openapi import complaints, described
from tests.support.provider_sign_in import REDIRECT, begin

PATH = "/api/auth/providers"
OIDC = {
    "OIDC_ISSUER": "https://id.example.com/",
    "OIDC_CLIENT_ID": "gantry",
    "OIDC_CLIENT_SECRET": "hunter2",
}
GITHUB = {"GITHUB_CLIENT_ID": "gantry", "GITHUB_CLIENT_SECRET": "hunter2"}
Told = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What the settings offer in an environment of these keys."""

    def read(**keys: str) -> Any:
        for key in UNSET:
            if key.startswith(("OIDC_", "GOOGLE_", "GITHUB_")):
                monkeypatch.setenv(key, keys.get(key, ""))
        return run_path(str(ROOT / "config/settings/providers.py"))["AUTH_PROVIDERS"]

    return read


def test_providers_are_shown_without_their_secrets(client: Client, peer: OidcProvider) -> None:
    answer: Any = client.get(PATH)

    assert complaints(answer, described("get", PATH)) == []
    data = answer.json()["data"]
    assert data["csrf_token"]
    assert data["providers"] == [
        {"id": id_, "name": name, "client_id": f"gantry-{id_}", "has_id_tokens": has_id_tokens}
        for id_, name, has_id_tokens in (
            ("oidc", "Example ID", True),
            ("google", "Google", True),
            ("github", "GitHub", False),
        )
    ]


def test_providers_are_off_by_default(client: Client, told: Told) -> None:
    assert told() == []
    assert client.get(PATH).json()["data"]["providers"] == []


@pytest.mark.django_db
def test_a_row_in_the_admin_switches_nothing_on(client: Client) -> None:
    SocialApp.objects.create(provider="github", name="GitHub", client_id="x", secret="y")

    assert begin(client, "github").status_code == 404


@pytest.mark.django_db
def test_a_provider_that_is_off_is_not_found(client: Client) -> None:
    answer = begin(client)

    assert complaints(answer, described("post", REDIRECT)) == []
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_provider")
    ended = client.get("/accounts/provider/oidc/callback/?code=1&state=2")["Location"]
    assert ended.endswith("/sign-in/error?error=unknown_provider")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["3rdparty/", "3rdparty/signup/", "google/login/", "oidc/oidc/login/", "github/login/"]
)
def test_there_is_no_second_way_through_pages(
    client: Client, stranger: APIClient, peer: OidcProvider, path: str
) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404


def test_the_environment_switches_them_on(told: Told) -> None:
    google = {"GOOGLE_CLIENT_ID": "g", "GOOGLE_CLIENT_SECRET": "s"}

    shown = told(**OIDC, **GITHUB, **google)

    assert {one["id"]: (one["name"], one["server"], one["realm"]) for one in shown} == {
        "oidc": ("Single sign-on", "https://id.example.com", "https://id.example.com"),
        "google": ("Google", "https://accounts.google.com", "google"),
        "github": ("GitHub", "https://github.com", "github"),
    }


def test_another_github_is_another_realm(told: Told) -> None:
    [github] = told(**GITHUB, GITHUB_URL="https://github.example.com")

    assert github["realm"] == github["server"] == "https://github.example.com"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            OIDC | {"OIDC_CLIENT_SECRET": ""},
            "OIDC_CLIENT_SECRET is missing: OIDC_ISSUER is of no use without it.",
        ),
        (
            {"OIDC_CLIENT_ID": "gantry"},
            "OIDC_ISSUER is missing: OIDC_CLIENT_ID is of no use without it.",
        ),
        (
            {"GOOGLE_CLIENT_SECRET": "hunter2"},
            "GOOGLE_CLIENT_ID is missing: GOOGLE_CLIENT_SECRET is of no use without it.",
        ),
        (
            {"GITHUB_CLIENT_ID": "gantry"},
            "GITHUB_CLIENT_SECRET is missing: GITHUB_CLIENT_ID is of no use without it.",
        ),
        (
            OIDC | {"OIDC_ISSUER": "http://id.example.com"},
            "OIDC_ISSUER must be an address starting with https://.",
        ),
        (
            OIDC | {"OIDC_ISSUER": "id.example.com"},
            "OIDC_ISSUER must be an address starting with https://.",
        ),
        (
            {"GITHUB_URL": "http://github.example.com"},
            "GITHUB_URL must be an address starting with https://.",
        ),
        (OIDC | {"OIDC_ISSUER": "https://[::1"}, "OIDC_ISSUER cannot be understood."),
        (
            OIDC | {"OIDC_ISSUER": f"https://{'x' * 200}"},
            "The address of Single sign-on is too long.",
        ),
    ],
)
def test_half_a_provider_is_refused(told: Told, keys: dict[str, str], said: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        told(**keys)
    assert str(refusal.value) == said


def test_half_a_provider_stops_the_start() -> None:
    said = "OIDC_CLIENT_SECRET is missing: OIDC_ISSUER is of no use without it."
    shown = start(**{**OIDC, **GITHUB, "OIDC_CLIENT_SECRET": ""})
    assert shown.splitlines()[-1] == f"django.core.exceptions.ImproperlyConfigured: {said}"
    assert "hunter2" not in shown
