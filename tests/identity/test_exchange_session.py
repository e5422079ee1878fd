"""POST /api/auth/session/exchange: from a cookie to tokens."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from core.limits import reset, take
from identity.limits import EXCHANGES, EXCHANGES_FROM, EXCHANGES_OF
from identity.models import RefreshToken
from identity.services.session_store import PROOFS, SIGNED_IN_AT
from identity.services.tokens import MOST_UNSPENT, rotate
from identity.services.tokens import issue as trade
from tests.support.databases import CommittedDatabase
from tests.support.factors import give_app
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for
from tests.support.threads import at_once

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


def age_session(browser: Client, seconds: float) -> None:
    """As if the person had signed in, and shown every proof, so much earlier."""
    row = Session.objects.get(pk=browser.cookies["sessionid"].value)
    content = row.get_decoded()
    content[SIGNED_IN_AT] = content.get(SIGNED_IN_AT, time.time()) - seconds
    for proof in content[PROOFS]:
        proof["at"] -= seconds
    row.session_data = Session.objects.encode(content)
    row.save()


def content_of(browser: Client) -> dict[str, Any]:
    return Session.objects.get(pk=browser.cookies["sessionid"].value).get_decoded()


def test_exchange_does_not_make_an_old_sign_in_recent(browser: Client) -> None:
    age_session(browser, 3600)

    client = bearing(exchange(browser).json()["data"]["access_token"])

    body = {"name": "CI", "scopes": ["read"]}
    assert client.post("/api/auth/tokens", body).json()["code"] == "reauthentication_required"
    assert client.delete("/api/auth/me").json()["code"] == "reauthentication_required"
    assert client.post("/api/auth/mfa/totp").json()["code"] == "reauthentication_required"
    assert content_of(browser)[SIGNED_IN_AT] == pytest.approx(time.time() - 3600, abs=30)


def test_a_recent_sign_in_on_the_page_is_recent_after_the_exchange(browser: Client) -> None:
    client = bearing(exchange(browser).json()["data"]["access_token"])

    created = client.post("/api/auth/tokens", {"name": "CI", "scopes": ["read"]})
    assert created.status_code == 201


def test_people_without_a_password_enrol_only_after_a_recent_sign_in(
    browser: Client, grace: User
) -> None:
    access = exchange(browser).json()["data"]["access_token"]
    User.objects.filter(pk=grace.pk).update(password="!")
    row = Session.objects.get(pk=browser.cookies["sessionid"].value)
    grace.refresh_from_db()
    fresh = row.get_decoded() | {HASH_SESSION_KEY: grace.get_session_auth_hash()}
    row.session_data = Session.objects.encode(fresh)
    row.save()
    assert bearing(access).post("/api/auth/mfa/totp").status_code == 200

    age_session(browser, 3600)
    access = exchange(browser).json()["data"]["access_token"]

    assert bearing(access).post("/api/auth/mfa/totp").status_code == 403


def test_a_session_ends_ninety_days_after_its_sign_in_however_it_is_used(
    browser: Client, stranger: APIClient
) -> None:
    pair = exchange(browser).json()["data"]
    age_session(browser, timedelta(days=90).total_seconds() + 60)

    assert browser.get("/api/auth/me").status_code == 401
    assert browser.get("/accounts/2fa/").status_code == 302
    assert exchange(browser).status_code == 401
    body = {"refresh_token": pair["refresh_token"]}
    assert stranger.post("/api/auth/refresh", body).status_code == 401


def test_exchange_and_refresh_keep_the_time_of_the_sign_in(
    browser: Client, stranger: APIClient
) -> None:
    age_session(browser, timedelta(days=60).total_seconds())
    signed_in_at = content_of(browser)[SIGNED_IN_AT]

    pair = exchange(browser).json()["data"]
    for _ in range(3):
        body = {"refresh_token": pair["refresh_token"]}
        pair = stranger.post("/api/auth/refresh", body).json()["data"]

    assert content_of(browser)[SIGNED_IN_AT] == signed_in_at


def test_exchange_does_not_prolong_the_session(browser: Client) -> None:
    row = Session.objects.get(pk=browser.cookies["sessionid"].value)
    Session.objects.filter(pk=row.pk).update(expire_date=row.expire_date - timedelta(days=13))
    before = Session.objects.get(pk=row.pk).expire_date

    assert exchange(browser).status_code == 200

    assert Session.objects.get(pk=row.pk).expire_date == before


def test_many_exchanges_leave_a_small_session(browser: Client, grace: User) -> None:
    session_key = browser.cookies["sessionid"].value
    sizes = []
    for _ in range(4 * MOST_UNSPENT):
        pair = trade(grace, session_key)
        sizes.append(len(Session.objects.get(pk=session_key).session_data))

    assert RefreshToken.objects.filter(session=session_key).count() == MOST_UNSPENT
    assert max(sizes) < 2000
    assert pair is not None
    assert rotate(pair["refresh_token"]) is not None


def test_confirming_again_and_again_leaves_a_small_session(browser: Client) -> None:
    client = bearing(exchange(browser).json()["data"]["access_token"])
    for _ in range(4):
        assert client.post("/api/auth/reauthenticate", {"password": PASSWORD}).status_code == 204

    assert len(content_of(browser)[PROOFS]) == 2


def test_exchange_is_limited_per_session(browser: Client) -> None:
    answers = [exchange(browser) for _ in range(EXCHANGES.most + 1)]

    assert [answer.status_code for answer in answers] == [200] * EXCHANGES.most + [429]
    assert int(answers[-1]["Retry-After"]) <= EXCHANGES.seconds


def test_exchange_is_limited_per_person_and_per_address(browser: Client, grace: User) -> None:
    for _ in range(EXCHANGES_OF.most):
        take(EXCHANGES_OF, str(grace.pk))
    assert exchange(browser).status_code == 429

    reset(EXCHANGES_OF, str(grace.pk))
    assert exchange(browser).status_code == 200
    reset(EXCHANGES_FROM, "127.0.0.1")
    for _ in range(EXCHANGES_FROM.most):
        take(EXCHANGES_FROM, "127.0.0.1")
    assert APIClient().post(EXCHANGE).status_code == 429


def test_parallel_exchanges_each_get_a_pair_that_works(committed_db: CommittedDatabase) -> None:
    grace = User.objects.create_user("grace@example.com", PASSWORD)
    browser = Client(enforce_csrf_checks=True)
    log_in(browser, grace)
    session_key = browser.cookies["sessionid"].value

    pairs = at_once(*[lambda: trade(grace, session_key)] * 4)

    assert RefreshToken.objects.filter(session=session_key).count() == 4
    assert all(pair and rotate(pair["refresh_token"]) for pair in pairs)
