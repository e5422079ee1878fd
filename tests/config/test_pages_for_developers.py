"""On the open internet the browsable API is for staff with a second factor; others get JSON."""

from typing import Any

import pytest
from pytest_django import Settings

from tests.config.production import settings_of
from tests.support.cast import Cast, Client, client_of
from tests.support.staff import sign_in_staff

JSON, HTML = "application/json", "text/html; charset=utf-8"
PATH = "/api/workspaces"
WISHES = ("text/html", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "image/png")


@pytest.fixture(autouse=True)
def production(settings: Settings) -> None:
    settings.BROWSABLE_API_FOR_STAFF_ONLY = True


def kinds(client: Client, path: str = PATH) -> set[tuple[int, str]]:
    """What is answered, however a page is asked for."""
    answers: list[Any] = [client.get(path, headers={"Accept": wish}) for wish in WISHES]
    answers += [client.get(f"{path}?format=api"), client.get(path)]
    return {(answer.status_code, answer["Content-Type"]) for answer in answers}


def as_page(client: Client) -> Any:
    return client.get(PATH, headers={"Accept": "text/html"})


def browser_of(cast: Cast, *facts: str) -> Client:
    """Moe's, who is `staff`, has shown a `factor`, or both."""
    cast.moe.is_staff = "staff" in facts
    cast.moe.save(update_fields=["is_staff"])
    browser = Client()
    if "factor" in facts:
        sign_in_staff(browser, cast.moe)
    else:
        browser.force_login(cast.moe)
    return browser


def test_production_is_set_up_so() -> None:
    assert settings_of("BROWSABLE_API_FOR_STAFF_ONLY") == [True]


@pytest.mark.parametrize("facts", [(), ("staff",), ("factor",)])
def test_others_get_json(cast: Cast, facts: tuple[str, ...]) -> None:
    assert kinds(browser_of(cast, *facts)) == {(200, JSON)}


def test_a_token_of_staff_gets_json(cast: Cast) -> None:
    cast.ada.is_staff = True
    cast.ada.save(update_fields=["is_staff"])
    assert kinds(client_of(cast.ada)) == {(200, JSON)}


@pytest.mark.parametrize("path", [PATH, "/api/auth/me", "/api/auth/tokens", "/api/auth/mfa"])
def test_a_stranger_gets_json(db: None, path: str) -> None:
    assert kinds(Client(), path) == {(401, JSON)}


def test_staff_with_their_second_factor_get_pages(cast: Cast) -> None:
    page = as_page(browser_of(cast, "staff", "factor"))
    assert (page.status_code, page["Content-Type"]) == (200, HTML)


def test_pages_bear_the_name_of_the_product_and_link_home(cast: Cast) -> None:
    page = as_page(browser_of(cast, "staff", "factor")).content.decode()
    assert "<title>Workspaces · Gantry</title>" in page
    assert '<a class="navbar-brand" href="/">Gantry</a>' in page
    assert "framework" not in page.lower().replace("rest_framework", "")


def test_the_description_stays_a_page(db: None) -> None:
    assert Client().get("/api/docs", headers={"Accept": "text/html"})["Content-Type"] == HTML
