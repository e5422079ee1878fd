"""What a request of a program skips, and that it is answered as any other."""

from typing import Any

import pytest
from django.test import Client as Browser

from config.pages import is_of_program
from tests.support.cast import Cast, client_of

OF_BROWSERS = ("session", "_messages")
LISTS = "/api/workspaces"
PROGRAMS: list[tuple[str, dict[str, str]]] = [
    (LISTS, {}),
    (f"{LISTS}/", {"Accept": "application/json"}),
    ("/api/auth/me", {"Accept": "*/*"}),
    ("/api/nothing", {}),
]
OTHERS: list[tuple[str, dict[str, str]]] = [
    (LISTS, {"Accept": "text/html"}),
    (f"{LISTS}?format=api", {}),
    ("/api/auth/devices", {}),
    ("/api/auth/mfa", {}),
    ("/", {}),
    ("/accounts/login/", {}),
    ("/admin/", {}),
]


def asked(cast: Cast, path: str, headers: dict[str, str]) -> Any:
    """The request as the views have seen it, and its answer."""
    answer: Any = client_of(cast.ada).get(path, headers=headers)
    return answer.wsgi_request, answer


@pytest.mark.parametrize(("path", "headers"), PROGRAMS)
def test_a_program_has_no_session(cast: Cast, path: str, headers: dict[str, str]) -> None:
    request, _ = asked(cast, path, headers)
    assert is_of_program(request)
    assert not any(hasattr(request, name) for name in OF_BROWSERS)


@pytest.mark.parametrize(("path", "headers"), OTHERS)
def test_others_have_a_session(cast: Cast, path: str, headers: dict[str, str]) -> None:
    request, _ = asked(cast, path, headers)
    assert not is_of_program(request)
    assert all(hasattr(request, name) for name in OF_BROWSERS)


def test_a_browser_has_a_session(cast: Cast) -> None:
    browser = Browser()
    browser.force_login(cast.ada)
    answer: Any = browser.get(LISTS)
    assert answer.status_code == 200
    assert answer.wsgi_request.session["_auth_user_id"] == str(cast.ada.pk)


def test_both_get_the_same_headers(cast: Cast) -> None:
    _, quick = asked(cast, LISTS, {})
    _, usual = asked(cast, LISTS, {"Accept": "application/json;q=0.9"})
    assert quick.content == usual.content
    # The web server says the length of all answers.
    changing = {"X-Request-ID", "Content-Length"}
    assert set(quick.headers.items()) > {("Vary", "Accept, origin"), ("X-Frame-Options", "DENY")}
    assert {name: value for name, value in quick.items() if name not in changing} == {
        name: value for name, value in usual.items() if name not in changing
    }


def test_an_unknown_host_is_refused_to_programs_too(cast: Cast) -> None:
    for accepted in ("*/*", "text/html"):
        headers = {"Host": "evil.example.com", "Accept": accepted}
        _, answer = asked(cast, LISTS, headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_program_may_come_from_another_origin(cast: Cast, settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]
    _, answer = asked(cast, LISTS, {"Origin": "https://app.example.com"})
    assert answer["Access-Control-Allow-Origin"] == "https://app.example.com"
    _, foreign = asked(cast, LISTS, {"Origin": "https://evil.example.com"})
    assert "Access-Control-Allow-Origin" not in foreign
