"""The browsable API: for developers, signed in by session, without a glance at foreign rows."""

import json
import re
from html import unescape

import pytest
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from tests.support.cast import Cast, Client
from workspaces.models import Workspace

HTML = {"Accept": "text/html"}
PAGES = (
    "/api/workspaces",
    "/api/projects",
    "/api/workspaces/{workspace}",
    "/api/projects/{project}",
)


def browser_of(person: User) -> Client:
    """A browser with this person's session, which checks nothing for the server."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    return browser


def page(browser: Client, path: str) -> str:
    answer = browser.get(path, headers=HTML)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    return str(answer.content, "utf-8")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_shows_the_json(cast: Cast, path: str) -> None:
    path = path.format(workspace=cast.workspace.pk, project=cast.project.pk)
    browser = browser_of(cast.ada)
    told = page(browser, path).partition('<div class="response-info"')[2].partition("</pre>")[0]
    body = unescape(strip_tags(told)).partition("\n\n")[2]
    assert browser.get(path).json() == json.loads(body)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_offers_no_choice_of_foreign_rows(cast: Cast, path: str) -> None:
    assert Workspace.objects.filter(name="Elsewhere").exists()
    path = path.format(workspace=cast.workspace.pk, project=cast.project.pk)
    html = page(browser_of(cast.ada), path)
    assert set(re.findall(r"<select name=\"(\w+)", html)) <= {"_content_type"}
    assert set(re.findall(r"<option value=\"(.*?)\"", html)) <= {"application/json"}
    assert re.findall(rf"Elsewhere|sam@example\.com|{cast.elsewhere.pk}", html) == []


def test_a_page_offers_the_raw_form_for_writing(cast: Cast) -> None:
    html = page(browser_of(cast.ada), "/api/workspaces")
    assert re.findall(r"<(?:select|textarea|input type=\"text\") name=\"(\w+)", html) == [
        "_content_type",
        "_content",
    ]


@pytest.mark.parametrize("path", ["/api/workspaces", "/api/projects", "/api/auth/me"])
def test_a_stranger_is_asked_to_sign_in(db: None, path: str) -> None:
    assert Client().get(path, headers=HTML).status_code == 401


def test_a_session_alone_may_not_write(cast: Cast) -> None:
    browser = browser_of(cast.ada)
    refusal = browser.ask("POST", "/api/workspaces", {"name": "Forged"}, status=403)
    assert refusal == {
        "success": False,
        "message": "CSRF Failed: CSRF cookie not set.",
        "code": "permission_denied",
        "request_id": refusal["request_id"],
    }
    assert not Workspace.objects.filter(name="Forged").exists()


def test_a_session_opens_with_two_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser = browser_of(cast.ada)
    of_the_transaction, of_the_list = 2, 1
    with django_assert_num_queries(of_the_transaction + 2 + of_the_list):
        browser.ask("GET", "/api/workspaces")


def test_a_session_with_its_token_may_write(cast: Cast) -> None:
    browser = browser_of(cast.ada)
    page(browser, "/api/workspaces")
    token = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    made = browser.ask("POST", "/api/workspaces", {"name": "Meant"}, status=201, **token)
    assert made["data"]["name"] == "Meant"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/docs", "text/html; charset=utf-8"),
        ("/api/redoc", "text/html; charset=utf-8"),
        ("/api/schema", "application/vnd.oai.openapi; charset=utf-8"),
    ],
)
def test_the_description_is_open_to_strangers(db: None, path: str, kind: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert b"Gantry" in answer.content
