"""Every page may run scripts of this server's files only, and needs no others.

Those of the admin are looked at as they are opened: tests/admin/test_admin_pages.py.
"""

import pytest
from django.test import Client
from django.urls import reverse

from tests.admin.desk import Desk
from tests.admin.page_policy import STRICT, assert_strict, refused_on


@pytest.mark.parametrize(
    ("html", "refused"),
    [
        ("<script>go()</script>", ["script"]),
        ('<script src="/a.js"></script><p title="a > b" class=x>', []),
        (
            '<script type="application/json">{"a": "<p onclick=b>"}</script><!-- <p onclick=c> -->',
            [],
        ),
        ("""<div x-if="a => b" title='"'><p onclick="go()">""", ["onclick"]),
        ('<form action="JavaScript:go()">', ["JavaScript:go()"]),
        ('<link href="//evil.example/a"><a href="https://good.example">', ["//evil.example/a"]),
        ('<img src="//evil.example/a.png" />' * 2, ["//evil.example/a.png"]),
    ],
)
def test_what_the_policy_refuses_is_found(html: str, refused: list[str]) -> None:
    assert refused_on(f"<html>{html}<p>") == refused


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
