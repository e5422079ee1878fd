"""Every page may run scripts of this server's files only, and needs no others."""

from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.admin.desk import Desk, add_page_of, list_of, page_of
from tests.admin.test_admin_pages import REGISTERED
from tests.admin.world import fill

STRICT = "script-src 'self'"
OF_THE_ADMIN = "script-src 'self' 'unsafe-eval'"
DATA = ("application/json", "text/x-template")


class Foreign(HTMLParser):
    """What the policy would refuse: scripts in the page, and files of other servers."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "script" and "src" not in values and values.get("type") not in DATA:
            self.found.append("script")
        loaded = [values.get("src", ""), values.get("href", "") if tag == "link" else ""]
        links = [values.get(name, "") for name in ("href", "src", "action")]
        self.found += [name for name in values if name.startswith("on")]
        self.found += [link for link in links if link.strip().lower().startswith("javascript:")]
        self.found += [url for url in loaded if url.startswith(("http", "//"))]


def assert_strict(page: Any, scripts: str) -> None:
    assert page["Content-Type"].startswith("text/html")
    rules = page["Content-Security-Policy"].split("; ")
    assert scripts in rules
    assert {"default-src 'self'", "object-src 'none'", "base-uri 'self'"} <= set(rules)
    foreign = Foreign()
    foreign.feed(page.content.decode())
    assert foreign.found == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/api/docs", "/api/redoc"])
def test_pages_for_everybody_run_only_files(client: Client, path: str) -> None:
    assert_strict(client.get(path), STRICT)


@pytest.mark.django_db
def test_the_script_of_the_documentation_is_a_file(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    assert '<script src="/api/docs?script="></script>' in page
    assert client.get("/api/docs?script=")["Content-Type"] == "application/javascript"


@pytest.mark.parametrize("path", ["/api/projects", "/api/nothing", "/api/auth/me"])
def test_pages_of_the_browsable_api_run_only_files(desk: Desk, path: str) -> None:
    page = desk.get(path, headers={"accept": "text/html"})
    if page["Content-Type"].startswith("text/html"):
        assert_strict(page, STRICT)
    else:
        assert page["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_a_refused_form_runs_no_scripts(db: None) -> None:
    page = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert page.status_code == 403
    assert_strict(page, STRICT)


def test_pages_of_accounts_run_only_files(desk: Desk) -> None:
    for name in ("mfa_index", "account_change_password", "account_logout"):
        assert_strict(desk.get(reverse(name)), STRICT)


def test_every_page_of_the_admin_runs_only_files(desk: Desk) -> None:
    fill()
    rows = [model._default_manager.order_by("pk")[0] for model in REGISTERED]
    paths = [reverse("admin:index"), *map(list_of, REGISTERED), *map(page_of, rows)]
    paths += [page_of(row, "history") for row in rows]
    for path in [*paths, *map(add_page_of, REGISTERED)]:
        page = desk.get(path)
        if page.status_code == HTTPStatus.OK:
            assert_strict(page, OF_THE_ADMIN)
