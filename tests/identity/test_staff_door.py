"""The way into the admin and onto the pages for developers."""

import os
import subprocess
import sys
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as project
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from identity.adapters import MFAAdapter
from tests.support.factors import code_of, give_app, give_recovery_codes, wrong_code_for
from tests.support.sign_in import PASSWORD
from tests.support.staff import sign_in_staff

ADMIN = "/admin/"
LOGIN = "/accounts/login/?next=%2Fadmin%2F"
REAUTHENTICATE = "/accounts/2fa/reauthenticate/"


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root@example.com", PASSWORD)


def log_in(browser: Client, person: User) -> Any:
    form = {"login": person.email, "password": PASSWORD, "next": ADMIN}
    return browser.post("/accounts/login/", form)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_admin_has_no_sign_in_of_its_own(client: Client, root: User, method: str) -> None:
    form = {"username": root.email, "password": PASSWORD}
    answer = getattr(client, method)("/admin/login/", form)

    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert "sessionid" not in client.cookies
    assert client.get(ADMIN, follow=True).redirect_chain[-1] == (LOGIN, 302)


def test_staff_come_in_with_both_factors(client: Client, root: User) -> None:
    secret = give_app(root)
    assert log_in(client, root)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get(ADMIN).status_code == 302

    answer = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})

    assert (answer.status_code, answer["Location"]) == (302, ADMIN)
    assert client.get(ADMIN).status_code == 200


def test_staff_without_a_factor_have_to_enrol_one(client: Client, root: User) -> None:
    log_in(client, root)

    chain = client.get(ADMIN, follow=True).redirect_chain

    assert chain[-1] == ("/accounts/2fa/?next=%2Fadmin%2F", 302)


def test_an_enrolled_factor_counts_only_once_proved_in_this_session(
    client: Client, root: User
) -> None:
    log_in(client, root)
    secret = give_app(root)
    page = client.get(ADMIN, follow=True)
    assert page.redirect_chain[-1][0].startswith(REAUTHENTICATE)

    client.post(REAUTHENTICATE, {"code": wrong_code_for(secret)})
    assert client.get(ADMIN).status_code == 302
    answer = client.post(REAUTHENTICATE, {"code": code_of(secret), "next": ADMIN})

    assert answer["Location"] == ADMIN
    assert client.get(ADMIN).status_code == 200


def test_a_recovery_code_opens_the_admin_once(client: Client, root: User) -> None:
    give_app(root)
    code = give_recovery_codes(root)[0]
    log_in(client, root)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert client.get(ADMIN).status_code == 200

    other = Client()
    log_in(other, root)
    other.post("/accounts/2fa/authenticate/", {"code": code})
    assert other.get(ADMIN).status_code == 302


def test_the_proof_of_somebody_else_in_the_session_counts_for_nothing(
    client: Client, root: User, grace: User
) -> None:
    sign_in_staff(client, grace)
    proof = client.session["account_authentication_methods"]
    browser = Client()
    browser.force_login(root)
    session = browser.session
    session["account_authentication_methods"] = proof
    session.save()

    assert browser.get(ADMIN).status_code == 302


def test_people_who_are_not_staff_are_refused(client: Client, grace: User) -> None:
    sign_in_staff(client, grace)

    assert client.get("/admin/login/").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_the_admin_sends_nobody_elsewhere(client: Client, target: str) -> None:
    assert client.get("/admin/login/", {"next": target})["Location"] == LOGIN


def test_a_developers_machine_may_do_without(
    client: Client, root: User, settings: Settings
) -> None:
    settings.ADMIN_WITHOUT_SECOND_FACTOR = True

    assert log_in(client, root)["Location"] == ADMIN
    assert client.get(ADMIN).status_code == 200
    assert client.get("/admin/login/")["Location"] == ADMIN


def test_production_refuses_the_switch() -> None:
    wanted = {"ADMIN_WITHOUT_SECOND_FACTOR": "1", "ALLOWED_HOSTS": "example.com"}
    program = [sys.executable, "-c", "import config.settings.production"]

    run = subprocess.run(
        program,
        env=os.environ | wanted,
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 1
    assert "ADMIN_WITHOUT_SECOND_FACTOR is for development only." in run.stderr


@pytest.mark.django_db
def test_the_pages_for_developers_use_the_same_sign_in(stranger: APIClient) -> None:
    into = stranger.get("/api-auth/login", {"next": "/api/auth/me"})
    out = stranger.get("/api-auth/logout")

    assert into["Location"] == "/accounts/login/?next=%2Fapi%2Fauth%2Fme"
    assert out["Location"] == "/accounts/logout/"


def test_the_pages_wear_our_clothes(client: Client, root: User) -> None:
    give_app(root)
    pages = [client.get("/accounts/login/").content.decode()]
    log_in(client, root)
    pages.append(client.get("/accounts/2fa/authenticate/").content.decode())

    assert all("<strong>Gantry</strong>" in page for page in pages)
    assert not any("signup" in page for page in pages)


def test_a_factor_enrolled_on_the_page_is_encrypted_too(client: Client, grace: User) -> None:
    client.force_login(grace)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    form: Any = page.context["form"]

    client.post("/accounts/2fa/totp/activate/", {"code": code_of(form.secret)})

    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert kept != form.secret
    assert MFAAdapter().decrypt(kept) == form.secret
