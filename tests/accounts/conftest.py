"""A person, a stranger, and whoever is signed in."""

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.signing import access_token_for

PASSWORD = "Tr0ub4dor and 3 friends"


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
