"""A browser and a front end on their way through an identity provider."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from django.test import Client
from rest_framework.test import APIClient

from tests.support.oidc_provider import SECRET, OidcProvider

CALLBACK = "http://localhost:3000/signed-in"
TOKEN, REDIRECT = "/api/auth/provider/token", "/api/auth/provider/redirect"
LINKED = "/api/auth/provider/accounts"
JSON = "application/json"


def switched_on(peer: OidcProvider) -> list[dict[str, str]]:
    """As the settings would have it: three providers, all of them this one machine."""
    offered = [
        ("oidc", "oidc", "Example ID", peer.url, peer.url),
        ("google", "oidc", "Google", peer.url, "google"),
        ("github", "github", "GitHub", f"{peer.url}/github", "github-here"),
    ]
    names = ("id", "kind", "name", "server", "realm")
    return [
        dict(zip(names, row, strict=True)) | {"client_id": f"gantry-{row[0]}", "secret": SECRET}
        for row in offered
    ]


def by_token(client: APIClient, peer: OidcProvider, provider: str = "oidc", **changes: Any) -> Any:
    """What signing in with an ID token is answered."""
    token = peer.id_token(f"gantry-{provider}", **changes)
    return client.post(TOKEN, {"provider": provider, "id_token": token})


def begin(browser: Client, provider: str = "oidc", path: str = REDIRECT, **extra: Any) -> Any:
    body = {"provider": provider, "callback_url": CALLBACK}
    return browser.post(path, body, content_type=JSON, **extra)


def at_provider(url: str) -> str:
    """Let the provider recognise the person; where it sends the browser back to."""
    answer = requests.get(url, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def dance(browser: Client, provider: str = "oidc", path: str = REDIRECT, **extra: Any) -> str:
    """All the way to the provider and back; the address the browser ends at."""
    url = begin(browser, provider, path, **extra).json()["data"]["url"]
    return str(browser.get(at_provider(url))["Location"])


def parameter(url: str, name: str) -> str:
    return parse_qs(urlsplit(url).query)[name][0]


def exchange(browser: Client) -> Any:
    """The front end asks for the CSRF token and trades the cookie for tokens."""
    token = browser.get("/api/auth/providers").json()["data"]["csrf_token"]
    return browser.post(
        "/api/auth/session/exchange", content_type=JSON, headers={"X-CSRFToken": token}
    )
