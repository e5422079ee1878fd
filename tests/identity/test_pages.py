"""The pages staff sign in on and keep their account with: every one opens, and no other."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import URLResolver, get_resolver

from accounts.models import User
from identity.pages import urls
from outbox.models import Delivery
from tests.support.factors import give_app, give_recovery_codes
from tests.support.sign_in import PASSWORD
from tests.support.signing import token_pair_for
from tests.support.staff import sign_in_staff

ENTRANCE = ["login/", "inactive/"]
INSIDE = [
    "2fa/",
    "2fa/reauthenticate/",
    "2fa/recovery-codes/",
    "2fa/recovery-codes/generate/",
    "2fa/totp/deactivate/",
    "2fa/webauthn/",
    "2fa/webauthn/add/",
    "logout/",
    "password/change/",
    "reauthenticate/",
]

SERVED = {
    "account_change_password",
    "account_email_verification_sent",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_enrolment",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
}


def pages_of_allauth(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(path with something in the place of its parameters, name) of all that allauth offers."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from pages_of_allauth(pattern.url_patterns, path)
        else:
            filled = re.sub(r"<[^>]*>|\(\?P<\w+>[^)]*\)", "1", path)
            yield re.sub(r"[\^$]", "", filled), str(pattern.name)


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


def test_no_other_page_is_served_than_those_listed() -> None:
    assert {page.name for page in urls.urlpatterns} == SERVED


@pytest.mark.parametrize("who", ["stranger", "person", "staff"])
def test_every_other_page_of_allauth_is_gone(client: Client, grace: User, who: str) -> None:
    offered = list(pages_of_allauth(get_resolver("allauth.urls").url_patterns))
    if who != "stranger":
        grace.is_superuser = grace.is_staff = who == "staff"
        grace.save()
        sign_in_staff(client, grace)

    others = [path for path, name in offered if name not in SERVED]
    answers = {
        path: {
            client.get(f"/accounts/{path}").status_code,
            client.post(f"/accounts/{path}").status_code,
        }
        for path in others
    }
    assert len(offered) > 30
    assert {"email/", "password/reset/", "signup/", "3rdparty/", "sessions/"} <= set(others)
    assert {path for path, statuses in answers.items() if statuses != {404}} == set()
    assert client.get("/accounts/").status_code == 404


def test_nobody_makes_an_unproved_address_theirs(client: Client, grace: User) -> None:
    EmailAddress.objects.create(user=grace, email=grace.email, verified=True, primary=True)
    sign_in_staff(client, grace)

    for form in ({"action_add": "", "email": "root@example.com"}, {"action_primary": ""}):
        assert client.post("/accounts/email/", form).status_code == 404

    assert EmailAddress.objects.get().email == grace.email


def change_password(browser: Client, old: str, new: str) -> Any:
    form = {"current_password": old, "new_password": new}
    return browser.post("/accounts/password/change/", form)


def test_a_password_changed_on_the_page_is_changed_as_over_the_api(
    client: Client, grace: User
) -> None:
    other = token_pair_for(grace)
    sign_in_staff(client, grace)

    answer = change_password(client, PASSWORD, "another Tr0ub4dor")

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    grace.refresh_from_db()
    assert grace.check_password("another Tr0ub4dor")
    assert Delivery.objects.get().kind == "password_changed"
    assert client.get("/accounts/2fa/").status_code == 200
    body = {"refresh_token": other["refresh_token"]}
    refreshed = client.post("/api/auth/refresh", body, content_type="application/json")
    assert refreshed.status_code == 401


def test_wrong_and_weak_passwords_on_the_page_are_refused_and_counted(
    client: Client, grace: User
) -> None:
    sign_in_staff(client, grace)

    weak = change_password(client, PASSWORD, "grace@example.com")
    wrong = [change_password(client, "wrong", "another Tr0ub4dor") for _ in range(6)]

    assert "new_password" in weak.context["form"].errors
    assert "current_password" in wrong[0].context["form"].errors
    assert wrong[-1].context["form"].non_field_errors()
    grace.refresh_from_db()
    assert grace.check_password(PASSWORD)
