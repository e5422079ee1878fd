"""Between two code mails to an address there is a pause, however they are asked for."""

from collections import Counter
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from core.limits import reset
from identity.limits import CODE_PAUSE
from outbox.models import Delivery
from tests.support.databases import CommittedDatabase
from tests.support.sign_in import PASSWORD
from tests.support.threads import times

pytestmark = pytest.mark.usefixtures("mandatory_verification")
ADA = "ada@example.com"
KNOWN = "grace@example.com"


def register(email: str = ADA, password: str = PASSWORD, **extra: Any) -> Any:
    body = {"email": email, "password": password}
    return APIClient().post("/api/auth/register", body, **extra)


def resend(token: str) -> Any:
    return APIClient().post("/api/auth/email/resend", HTTP_X_SESSION_TOKEN=token)


@pytest.mark.parametrize("email", [ADA, KNOWN])
def test_of_many_at_once_one_is_mailed(committed_db: CommittedDatabase, email: str) -> None:
    User.objects.create_user(KNOWN, PASSWORD)

    def ask(n: int) -> int:
        spelled = email.upper() if n % 2 else email
        answer = register(spelled, REMOTE_ADDR=f"198.51.{n}.1")
        return int(answer.status_code)

    assert Counter(times(16, ask)) == {202: 1, 429: 15}
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("email", [ADA, KNOWN])
def test_register_again_waits_whether_the_address_is_known_or_not(grace: User, email: str) -> None:
    assert register(email).status_code == 202

    response = register(email)

    assert (response.status_code, response.json()["code"]) == (429, "too_many_requests")
    assert 1 <= int(response["Retry-After"]) <= 10


@pytest.mark.parametrize("email", [ADA, KNOWN])
def test_a_weak_password_is_told_and_costs_no_pause(grace: User, email: str) -> None:
    refused = [register(email, "password1") for _ in range(2)]

    assert [answer.json()["errors"] for answer in refused] == [
        {"password": ["This password is too common."]}
    ] * 2
    assert register(email).status_code == 202


@pytest.mark.parametrize("email", [ADA, KNOWN])
def test_resend_waits_and_then_goes_on(grace: User, email: str) -> None:
    token = register(email).json()["data"]["session_token"]
    early = resend(token)
    reset(CODE_PAUSE, email)

    late = resend(token)

    assert (early.status_code, late.status_code, resend(token).status_code) == (429, 200, 429)


def test_sign_in_waits_too(grace: User) -> None:
    body = {"email": grace.email, "password": PASSWORD}
    answers = [APIClient().post("/api/auth/login", body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [401, 429]
    assert answers[0].json()["code"] == "email_verification_required"
    assert Delivery.objects.count() == 1


def test_sign_in_on_the_pages_waits_too(grace: User) -> None:
    form = {"login": grace.email, "password": PASSWORD}
    answers = [Client().post("/accounts/login/", form).status_code for _ in range(2)]

    assert answers == [302, 429]
    assert Delivery.objects.count() == 1
