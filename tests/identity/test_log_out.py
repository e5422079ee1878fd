"""POST /api/auth/logout."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for, token_pair_for


def test_log_out_ends_the_session(grace: User, stranger: APIClient) -> None:
    pair = token_pair_for(grace)

    response = bearing(pair["access_token"]).post("/api/auth/logout")

    assert (response.status_code, response.content) == (204, b"")
    assert bearing(pair["access_token"]).get("/api/auth/me").status_code == 401
    spent = stranger.post("/api/auth/refresh", {"refresh_token": pair["refresh_token"]})
    assert spent.status_code == 401


def test_log_out_forgets_the_device(grace: User, stranger: APIClient) -> None:
    entered = stranger.post("/api/auth/login", {"email": grace.email, "password": PASSWORD})
    assert UserSession.objects.count() == 1

    bearing(entered.json()["data"]["access_token"]).post("/api/auth/logout")

    assert not UserSession.objects.exists()
    assert not Session.objects.exists()


def test_log_out_twice_is_no_mistake(signed_in: APIClient) -> None:
    signed_in.post("/api/auth/logout")

    assert signed_in.post("/api/auth/logout").status_code == 204


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic x", "Bearer ü"])
def test_log_out_takes_anything(stranger: APIClient, header: str) -> None:
    response = stranger.post("/api/auth/logout", HTTP_AUTHORIZATION=header)

    assert response.status_code == 204


def test_log_out_works_with_an_expired_access_token(grace: User, settings: Settings) -> None:
    settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = -60
    token = access_token_for(grace)

    assert bearing(token).post("/api/auth/logout").status_code == 204

    assert not Session.objects.exists()


def test_log_out_works_with_the_refresh_token_alone(grace: User, stranger: APIClient) -> None:
    pair = token_pair_for(grace)

    stranger.post("/api/auth/logout", {"refreshToken": pair["refresh_token"]})

    assert not Session.objects.exists()


def test_log_out_leaves_other_devices_alone(grace: User) -> None:
    here, there = access_token_for(grace), access_token_for(grace)

    bearing(here).post("/api/auth/logout")

    assert bearing(there).get("/api/auth/me").status_code == 200


def test_log_out_cannot_be_forced_upon_a_browser(grace: User, client: Client) -> None:
    client.force_login(grace)

    client.post("/api/auth/logout")

    assert client.get("/api/auth/me").status_code == 200


def test_log_out_does_not_believe_a_forged_token(grace: User, settings: Settings) -> None:
    token = access_token_for(grace)
    settings.HEADLESS_JWT_PRIVATE_KEY = "another key of at least thirty-two bytes"
    forged = access_token_for(grace)
    settings.HEADLESS_JWT_PRIVATE_KEY = "the real key, also of thirty-two bytes or more"
    settings.AUTH_REFRESH_REUSE_GRACE = timedelta(0)

    bearing(forged).post("/api/auth/logout")
    bearing(token).post("/api/auth/logout")

    assert Session.objects.count() == 2
