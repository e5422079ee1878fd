"""POST /api/auth/session/exchange: from a cookie to tokens."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.accounts.conftest import PASSWORD, bearing
from tests.accounts.factors import give_app
from tests.signing import access_token_for

EXCHANGE = "/api/auth/session/exchange"
JSON = "application/json"


@pytest.fixture
def browser(grace: User) -> Client:
    """Signed in on the page, with every check a real one meets."""
    browser = Client(enforce_csrf_checks=True)
    log_in(browser, grace)
    return browser


def log_in(browser: Client, person: User) -> None:
    browser.get("/accounts/login/")
    token = {"csrfmiddlewaretoken": token_of(browser)}
    browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD} | token)


def exchange(browser: Client) -> Any:
    return browser.post(EXCHANGE, content_type=JSON, HTTP_X_CSRFTOKEN=token_of(browser))


def token_of(browser: Client) -> str:
    return browser.cookies["csrftoken"].value


def test_exchange_answers_the_person_and_a_pair_of_tokens(browser: Client, grace: User) -> None:
    answer = exchange(browser)

    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    data = answer.json()["data"]
    assert data["user"]["email"] == grace.email
    assert bearing(data["access_token"]).get("/api/auth/me").status_code == 200


def test_exchange_gives_a_refresh_token_that_works(browser: Client, stranger: APIClient) -> None:
    pair = exchange(browser).json()["data"]
    body = {"refresh_token": pair["refresh_token"]}

    assert stranger.post("/api/auth/refresh", body).status_code == 200
    assert stranger.post("/api/auth/refresh", body).status_code == 401


def test_exchange_needs_the_csrf_token(browser: Client) -> None:
    answers = [
        browser.post(EXCHANGE, content_type=JSON),
        browser.post(EXCHANGE, content_type=JSON, HTTP_X_CSRFTOKEN="x" * 32),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.django_db
def test_exchange_is_not_for_strangers_or_tokens(grace: User, stranger: APIClient) -> None:
    token = bearing(access_token_for(grace))

    assert [client.post(EXCHANGE).status_code for client in (stranger, token)] == [401, 401]


def test_signing_out_on_the_page_ends_the_tokens(browser: Client) -> None:
    token = exchange(browser).json()["data"]["access_token"]

    browser.post("/accounts/logout/", HTTP_X_CSRFTOKEN=token_of(browser))

    assert bearing(token).get("/api/auth/me").status_code == 401


def test_half_a_sign_in_is_worth_no_tokens(grace: User) -> None:
    give_app(grace)
    browser = Client(enforce_csrf_checks=True)
    log_in(browser, grace)

    assert exchange(browser).status_code == 401


def test_a_session_begun_by_somebody_else_is_not_kept(grace: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["sessionid"] = "fixed0by0an0attacker000000000000"
    log_in(browser, grace)

    assert browser.cookies["sessionid"].value != "fixed0by0an0attacker000000000000"
