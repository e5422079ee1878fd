"""A person, a stranger and a limiter of one's own."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.accounts.oidc_provider import OidcProvider
from tests.accounts.signing_in import switched_on
from tests.signing import access_token_for

PASSWORD = "Tr0ub4dor and 3 friends"


@pytest.fixture(autouse=True)
def own_limiter(settings: Settings) -> None:
    """Attempts are counted per address; tests all come from the same one."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": uuid4().hex,
        }
    }


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
    provider.open()
    yield provider
    provider.close()
