"""POST /api/auth/refresh."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from unittest.mock import ANY

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.databases import CommittedDatabase
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import token_pair_for


def refresh(token: str) -> Any:
    return APIClient().post("/api/auth/refresh", {"refresh_token": token})


def is_alive(access_token: str) -> bool:
    return bool(bearing(access_token).get("/api/auth/me").status_code == 200)


def test_refresh_answers_a_new_pair(grace: User) -> None:
    first = token_pair_for(grace)

    response = refresh(first["refresh_token"])

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "success": True,
        "data": {"access_token": ANY, "refresh_token": ANY, "expires_in": 300},
    }
    assert response.json()["data"]["refresh_token"] != first["refresh_token"]
    assert is_alive(response.json()["data"]["access_token"])
    assert is_alive(first["access_token"])


def test_refresh_goes_on_for_generations(grace: User) -> None:
    token = token_pair_for(grace)["refresh_token"]

    for _ in range(3):
        token = refresh(token).json()["data"]["refresh_token"]

    assert refresh(token).status_code == 200


def test_refresh_reads_camel_case(grace: User, stranger: APIClient) -> None:
    body = {"refreshToken": token_pair_for(grace)["refresh_token"]}

    assert stranger.post("/api/auth/refresh", body).status_code == 200


def test_refresh_within_seconds_of_its_use_is_refused_and_ends_nothing(grace: User) -> None:
    first = token_pair_for(grace)
    second = refresh(first["refresh_token"]).json()["data"]

    response = refresh(first["refresh_token"])

    assert response.status_code == 401
    assert response.json()["code"] == "invalid_refresh_token"
    assert is_alive(second["access_token"])
    assert refresh(second["refresh_token"]).status_code == 200


def test_refresh_again_after_the_grace_ends_the_session(grace: User, settings: Settings) -> None:
    first = token_pair_for(grace)
    second = refresh(first["refresh_token"]).json()["data"]
    settings.AUTH_REFRESH_REUSE_GRACE = timedelta(0)

    assert refresh(first["refresh_token"]).status_code == 401

    assert not is_alive(second["access_token"])
    assert refresh(second["refresh_token"]).status_code == 401
    assert not Session.objects.exists()


def test_refresh_two_generations_back_ends_the_session(grace: User) -> None:
    first = token_pair_for(grace)
    second = refresh(first["refresh_token"]).json()["data"]
    third = refresh(second["refresh_token"]).json()["data"]

    assert refresh(first["refresh_token"]).status_code == 401

    assert not is_alive(third["access_token"])


def test_refresh_ends_only_the_session_that_was_stolen(grace: User, settings: Settings) -> None:
    stolen, other = token_pair_for(grace), token_pair_for(grace)
    refresh(stolen["refresh_token"])
    settings.AUTH_REFRESH_REUSE_GRACE = timedelta(0)
    refresh(stolen["refresh_token"])

    assert not is_alive(stolen["access_token"])
    assert is_alive(other["access_token"])


def test_refresh_refuses_an_access_token(grace: User) -> None:
    assert refresh(token_pair_for(grace)["access_token"]).status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["x", "a.b.c", "ü", "e30.e30."])
def test_refresh_refuses_garbage(token: str) -> None:
    assert refresh(token).status_code == 401


@pytest.mark.django_db
def test_refresh_needs_a_token(stranger: APIClient) -> None:
    response = stranger.post("/api/auth/refresh", {})

    assert response.status_code == 400
    assert response.json()["errors"] == {"refresh_token": ["This field is required."]}


def test_refresh_ends_with_a_changed_password(grace: User) -> None:
    pair = token_pair_for(grace)
    grace.set_password(f"{PASSWORD}!")
    grace.save()

    assert refresh(pair["refresh_token"]).status_code == 401
    assert not is_alive(pair["access_token"])


@pytest.mark.parametrize(
    "fields", [{"is_active": False}, {"deleted_at": timezone.now()}], ids=["inactive", "deleted"]
)
def test_refresh_ends_with_the_person(grace: User, fields: dict[str, Any]) -> None:
    pair = token_pair_for(grace)
    User.objects.filter(pk=grace.pk).update(**fields)

    assert refresh(pair["refresh_token"]).status_code == 401
    assert not is_alive(pair["access_token"])


def test_refresh_ends_with_an_idle_session(grace: User) -> None:
    pair = token_pair_for(grace)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))

    assert refresh(pair["refresh_token"]).status_code == 401
    assert not is_alive(pair["access_token"])


def test_refresh_refuses_a_token_past_its_time(grace: User, settings: Settings) -> None:
    settings.HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = -1
    pair = token_pair_for(grace)

    assert refresh(pair["refresh_token"]).status_code == 401
    assert is_alive(pair["access_token"])


def test_refresh_ends_after_the_absolute_lifetime(grace: User, settings: Settings) -> None:
    pair = token_pair_for(grace)
    settings.AUTH_SESSION_ABSOLUTE_LIFETIME = timedelta(0)

    assert refresh(pair["refresh_token"]).status_code == 401
    assert not is_alive(pair["access_token"])


def test_refresh_keeps_a_busy_session_from_expiring(grace: User) -> None:
    pair = token_pair_for(grace)
    Session.objects.update(expire_date=timezone.now() + timedelta(hours=1))

    refresh(pair["refresh_token"])

    assert Session.objects.get().expire_date > timezone.now() + timedelta(days=13)


@pytest.mark.django_db
def test_refresh_is_limited_for_each_internet_address() -> None:
    answers = [refresh("x") for _ in range(31)]

    assert Counter(answer.status_code for answer in answers) == {401: 30, 429: 1}
    assert int(answers[-1]["Retry-After"]) > 0


def test_refresh_in_parallel_has_one_winner(committed_db: CommittedDatabase) -> None:
    grace = User.objects.create_user("grace@example.com", PASSWORD)
    pair = token_pair_for(grace)
    barrier = Barrier(8)

    def attempt(_: int) -> int:
        barrier.wait()
        try:
            return int(refresh(pair["refresh_token"]).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(attempt, range(8)))

    assert answers == {200: 1, 401: 7}
    assert is_alive(pair["access_token"])
