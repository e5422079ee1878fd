"""X-Auth-Transport: cookie, which keeps the refresh token from scripts."""

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.factors import code_of, give_app, half_signed_in, verify
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import token_pair_for

NAME = "__Secure-pm_rt"
OURS = "https://app.example.com"
FOREIGN = [
    "https://evil.example",
    "null",
    "",
    "https://app.example.com.evil.example",
    "https://app",
]
REFRESH, LOGOUT, LOGIN = (f"/api/auth/{verb}" for verb in ("refresh", "logout", "login"))


@pytest.fixture(autouse=True)
def front_end(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [OURS]


@pytest.fixture
def browser() -> APIClient:
    """A page of our front end."""
    return APIClient(HTTP_X_AUTH_TRANSPORT="cookie", HTTP_ORIGIN=OURS)


@pytest.fixture
def inside(browser: APIClient, grace: User) -> APIClient:
    """The page, with the cookie of Grace."""
    browser.cookies[NAME] = token_pair_for(grace)["refresh_token"]
    return browser


def log_in(client: APIClient) -> Any:
    return client.post(LOGIN, {"email": "grace@example.com", "password": PASSWORD})


def test_log_in_puts_the_refresh_token_into_a_cookie(browser: APIClient, grace: User) -> None:
    response = log_in(browser)

    assert response.json()["data"].keys() == {"user", "access_token", "expires_in"}
    cookie = response.cookies[NAME]
    assert (cookie["path"], cookie["samesite"]) == ("/api/auth", "Strict")
    assert (cookie["httponly"], cookie["secure"], cookie["domain"]) == (True, True, "")
    assert cookie["max-age"] == 14 * 24 * 3600
    assert cookie.value not in response.content.decode()
    assert list(response.cookies) == [NAME]


def test_refresh_takes_and_renews_the_cookie(browser: APIClient, grace: User) -> None:
    first = log_in(browser).cookies[NAME].value

    response = browser.post(REFRESH)

    assert response.status_code == 200
    assert response.json()["data"].keys() == {"access_token", "expires_in"}
    assert response.cookies[NAME].value not in ("", first)
    assert browser.post(REFRESH).status_code == 200


def test_every_way_in_knows_the_cookie(browser: APIClient, grace: User) -> None:
    registered = browser.post("/api/auth/register", {"email": "a@b.example", "password": PASSWORD})
    secret = give_app(grace)
    verified = verify(browser, half_signed_in(browser, grace), code_of(secret))
    inside = bearing(verified.json()["data"]["access_token"])
    change = {"current_password": PASSWORD, "new_password": "Entirely 0ther words"}
    mode: Any = {"HTTP_X_AUTH_TRANSPORT": "cookie", "HTTP_ORIGIN": OURS}
    changed = inside.post("/api/auth/password/change", change, **mode)

    for response in (registered, verified, changed):
        assert response.cookies[NAME].value
        assert "refresh_token" not in response.json()["data"]


def test_the_cookie_alone_refreshes_nothing(inside: APIClient) -> None:
    page = APIClient(HTTP_ORIGIN=OURS)
    page.cookies = inside.cookies

    assert page.post(REFRESH).status_code == 400
    assert inside.post(REFRESH).status_code == 200


@pytest.mark.parametrize("origin", [*FOREIGN, None])
def test_foreign_pages_may_not_use_the_cookie(inside: APIClient, origin: str | None) -> None:
    foreign = APIClient(HTTP_X_AUTH_TRANSPORT="cookie")
    foreign.cookies = inside.cookies
    sent: Any = {} if origin is None else {"HTTP_ORIGIN": origin}
    for path in (REFRESH, LOGOUT, LOGIN):
        body = {"email": "grace@example.com", "password": PASSWORD}
        response = foreign.post(path, body, **sent)

        told = (path, response.status_code, response.json()["code"])
        assert told == (path, 403, "foreign_origin")
        assert response.cookies == {}
    assert inside.post(REFRESH).status_code == 200


@pytest.mark.parametrize("word", ["cookies", "body", ""])
def test_a_misspelled_transport_is_refused(grace: User, word: str) -> None:
    """The token would stand in the body, where scripts can read it."""
    response = log_in(APIClient(HTTP_X_AUTH_TRANSPORT=word))

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["X-Auth-Transport"]


@pytest.mark.django_db
def test_strangers_are_asked_who_they_are_before_where_they_come_from() -> None:
    response = APIClient(HTTP_X_AUTH_TRANSPORT="cookie").post("/api/auth/password/change")

    assert response.status_code == 401


def test_the_front_end_that_mail_links_to_is_ours(inside: APIClient) -> None:
    assert inside.post(REFRESH, HTTP_ORIGIN="http://localhost:3000").status_code == 200


def test_refresh_that_is_refused_leaves_the_cookie(inside: APIClient, grace: User) -> None:
    spent = inside.cookies[NAME].value
    assert inside.post(REFRESH).status_code == 200
    inside.cookies[NAME] = spent

    response = inside.post(REFRESH)

    assert (response.status_code, response.cookies) == (401, {})


def test_refresh_without_a_cookie_is_refused(browser: APIClient, grace: User) -> None:
    body = {"refresh_token": token_pair_for(grace)["refresh_token"]}

    assert browser.post(REFRESH, body).status_code == 401


def test_log_out_ends_the_session_and_clears_the_cookie(inside: APIClient) -> None:
    token = inside.cookies[NAME].value

    response = inside.post(LOGOUT)

    cookie = response.cookies[NAME]
    assert (response.status_code, cookie.value, cookie["max-age"]) == (204, "", 0)
    assert (cookie["path"], cookie["samesite"], cookie["secure"]) == ("/api/auth", "Strict", True)
    inside.cookies[NAME] = token
    assert inside.post(REFRESH).status_code == 401


def test_log_out_in_the_other_mode_leaves_the_cookie(inside: APIClient) -> None:
    page = APIClient(HTTP_ORIGIN=OURS)
    page.cookies = inside.cookies

    assert page.post(LOGOUT).cookies == {}
    assert inside.post(REFRESH).status_code == 200


def test_browsers_may_send_the_header(browser: APIClient) -> None:
    asked: Any = {
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST",
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "x-auth-transport",
    }
    answer = browser.options(REFRESH, **asked)

    assert "x-auth-transport" in answer["Access-Control-Allow-Headers"]
    assert answer["Access-Control-Allow-Credentials"] == "true"
