"""The pages staff sign in on and keep their account with: every one of them opens."""

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.conftest import PASSWORD
from tests.accounts.factors import give_app, give_recovery_codes

ENTRANCE = ["login/", "signup/", "password/reset/", "password/reset/done/", "inactive/"]
INSIDE = [
    "2fa/",
    "2fa/reauthenticate/",
    "2fa/recovery-codes/",
    "2fa/recovery-codes/generate/",
    "2fa/totp/deactivate/",
    "2fa/webauthn/",
    "2fa/webauthn/add/",
    "email/",
    "logout/",
    "password/change/",
    "reauthenticate/",
    "sessions/",
]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ENTRANCE)
def test_a_page_before_the_door_opens(client: Client, path: str) -> None:
    page = client.get(f"/accounts/{path}")

    assert page.status_code == 200
    assert "<strong>Gantry</strong>" in page.content.decode()


@pytest.mark.parametrize("path", INSIDE)
def test_a_page_behind_the_door_opens(client: Client, grace: User, path: str) -> None:
    client.force_login(grace)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    give_app(grace)
    give_recovery_codes(grace)

    page = client.get(f"/accounts/{path}")

    assert page.status_code == 200
    assert "<strong>Gantry</strong>" in page.content.decode()


def test_the_page_to_enrol_an_app_opens(client: Client, grace: User) -> None:
    client.force_login(grace)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    assert "data:image/svg+xml" in client.get("/accounts/2fa/totp/activate/").content.decode()
