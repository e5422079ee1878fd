"""A person, a stranger, and whoever is signed in."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from identity.providers.jwks import keys_at
from tests.support import clerk_messages, clerk_peer
from tests.support.oidc_provider import OidcProvider
from tests.support.openapi import complaints, described, fitting
from tests.support.provider_sign_in import switched_on
from tests.support.signing import access_token_for

COMPARED = ("accounts", "identity", "clerk")
"""The folders whose tests compare every answer with the OpenAPI document."""
PASSWORD = "Tr0ub4dor and 3 friends"


@pytest.fixture(autouse=True)
def as_described(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer about accounts is one the OpenAPI document tells of; pages are no answers."""
    if request.path.parent.name not in COMPARED:
        return
    ask = APIClient.generic

    def ask_and_compare(client: APIClient, verb: str, path: str, *how: Any, **more: Any) -> Any:
        answer = ask(client, verb, path, *how, **more)
        is_page = "text/html" in answer.get("Content-Type", "")
        if path.startswith("/api/auth/") and fitting(verb.lower(), path) and not is_page:
            assert complaints(answer, described(verb.lower(), path)) == []
        return answer

    monkeypatch.setattr(APIClient, "generic", ask_and_compare)


@pytest.fixture
def mandatory_verification(settings: Settings) -> None:
    settings.EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True


@pytest.fixture
def stranger() -> APIClient:
    return APIClient()


@pytest.fixture
def grace(db: None) -> User:
    """A registered person whose password is `PASSWORD`."""
    return User.objects.create_user("grace@example.com", PASSWORD, name="Grace Hopper")


@pytest.fixture
def signed_in(grace: User) -> APIClient:
    return bearing(access_token_for(grace))


def bearing(token: str) -> APIClient:
    """A client that sends this token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


@pytest.fixture
def peer(settings: Settings) -> Iterator[OidcProvider]:
    """An identity provider that is switched on, as itself, as Google and as GitHub."""
    provider = OidcProvider()
    settings.AUTH_PROVIDERS = switched_on(provider)
    # An earlier provider may have had the same port, with keys that are still fresh.
    keys_at.cache_clear()
    provider.open()
    yield provider
    provider.close()


@pytest.fixture
def clerk_on(settings: Settings) -> Iterator[clerk_peer.Peer]:
    """Clerk's tokens and messages are believed."""
    settings.CLERK_WEBHOOK_SECRETS = [clerk_messages.SECRET]
    with clerk_peer.switched_on(settings) as running:
        yield running


@pytest.fixture
def provider(clerk_on: clerk_peer.Peer, db: None) -> clerk_peer.Peer:
    return clerk_on
