"""POST /api/auth/register."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from unittest.mock import ANY

import pytest
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from tests.notifications.mailing import send_all
from tests.support.databases import CommittedDatabase
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for

ADA = {"email": "Ada@Example.com", "password": PASSWORD, "name": "Ada Lovelace"}


def register(client: APIClient, **fields: Any) -> Any:
    return client.post("/api/auth/register", {**ADA, **fields})


@pytest.mark.django_db
def test_register_person_answers_the_person_and_a_pair_of_tokens(stranger: APIClient) -> None:
    response = register(stranger)

    person = User.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "success": True,
        "message": "Welcome.",
        "data": {
            "user": {
                "id": str(person.pk),
                "email": "ada@example.com",
                "name": "Ada Lovelace",
                "avatar_url": "",
                "time_zone": "UTC",
                "created_at": ANY,
                "version": 1,
            },
            "access_token": ANY,
            "refresh_token": ANY,
            "expires_in": 300,
        },
    }


@pytest.mark.django_db
def test_register_person_opens_a_session(stranger: APIClient) -> None:
    token = register(stranger).json()["data"]["access_token"]

    assert bearing(token).get("/api/auth/me").json()["data"]["email"] == "ada@example.com"


@pytest.mark.django_db
def test_register_person_sets_no_cookie_and_is_not_cached(stranger: APIClient) -> None:
    response = register(stranger)

    assert response.cookies == {}
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_register_person_needs_no_name(stranger: APIClient) -> None:
    response = stranger.post("/api/auth/register", {"email": ADA["email"], "password": PASSWORD})

    assert response.status_code == 201
    assert User.objects.get().name == ""


@pytest.mark.django_db
def test_register_person_accepts_a_long_password_in_any_script(stranger: APIClient) -> None:
    assert register(stranger, password="пароль из слов " * 5).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["grace@example.com", "GRACE@Example.COM"])
def test_register_person_refuses_a_known_address(
    stranger: APIClient, grace: User, email: str
) -> None:
    response = register(stranger, email=email)

    assert response.status_code == 409
    assert response.json()["code"] == "already_registered"
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("a7#kQ2", "This password is too short. It must contain at least 8 characters."),
        ("password1", "This password is too common."),
        ("7201948365", "This password is entirely numeric."),
        ("ada@example.com", "The password is too similar to the email."),
        ("aB3$" * 33, "Ensure this field has no more than 128 characters."),
    ],
)
def test_register_person_refuses_a_weak_password(
    stranger: APIClient, password: str, sentence: str
) -> None:
    response = register(stranger, password=password)

    assert response.status_code == 400
    assert response.json()["errors"] == {"password": [sentence]}
    assert not User.objects.exists()


@pytest.mark.django_db
def test_register_person_names_what_is_missing(stranger: APIClient) -> None:
    response = stranger.post("/api/auth/register", {"email": "no address"})

    assert response.status_code == 400
    assert response.json()["errors"] == {
        "email": ["Enter a valid email address."],
        "password": ["This field is required."],
    }


@pytest.mark.django_db
def test_register_person_refuses_malformed_json(stranger: APIClient) -> None:
    response = stranger.post("/api/auth/register", "{", content_type="application/json")

    assert response.status_code == 400
    assert response.json()["code"] == "malformed"


@pytest.mark.django_db
def test_register_person_hands_out_no_powers(stranger: APIClient) -> None:
    register(stranger, is_staff=True, is_superuser=True, external_id="user_1", isStaff=True)

    person = User.objects.get()
    assert (person.is_staff, person.is_superuser, person.external_id) == (False, False, None)


@pytest.mark.django_db
def test_register_person_ignores_the_credential_of_somebody_else(grace: User) -> None:
    response = register(bearing(access_token_for(grace)))

    assert response.status_code == 201
    assert response.json()["data"]["user"]["name"] == "Ada Lovelace"


@pytest.mark.django_db
def test_register_person_is_limited_for_each_internet_address(stranger: APIClient) -> None:
    for _ in range(20):
        register(stranger, password="short")

    response = register(stranger)

    assert response.status_code == 429
    assert 55 <= int(response["Retry-After"]) <= 60


@pytest.mark.django_db
@pytest.mark.usefixtures("mandatory_verification")
def test_register_person_answers_the_same_for_known_and_new_addresses(
    stranger: APIClient,
    grace: User,
    mailoutbox: list[EmailMessage],
) -> None:
    new, known = register(stranger), register(stranger, email=grace.email)
    send_all()

    assert (new.status_code, known.status_code) == (202, 202)
    assert new.json() == known.json() | {
        "data": {"status": "email_verification_required", "session_token": ANY}
    }
    assert [mail.to for mail in mailoutbox] == [["ada@example.com"], [grace.email]]


@pytest.mark.django_db
@pytest.mark.usefixtures("mandatory_verification")
def test_register_person_never_shows_the_session_key(stranger: APIClient) -> None:
    token = register(stranger).json()["data"]["session_token"]

    stranger.cookies["sessionid"] = token
    assert not Session.objects.filter(pk=token).exists()
    assert stranger.get("/api/auth/me").status_code == 401


def test_register_person_in_parallel_registers_one(committed_db: CommittedDatabase) -> None:
    barrier = Barrier(8)

    def attempt(_: int) -> int:
        barrier.wait()
        try:
            return int(register(APIClient()).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(attempt, range(8)))

    assert answers == {201: 1, 409: 7}
    assert User.objects.count() == 1
