"""URLs, headers and bodies that are too large are refused before anything of them is parsed."""

import json
from typing import Any

import pytest
from django.test import Client as Browser

from config import wsgi
from config.limits import LONGEST_HEADERS
from tests.support.cast import Cast, client_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/{}", "/livez?{}", "/api/tasks/{}", "/api/projects?cursor={}", "/accounts/{}/"]
)
def test_a_url_of_kilobytes_is_refused(path: str) -> None:
    answer = Browser().get(path.format("a" * 9000))
    assert (answer.status_code, answer.json()["code"]) == (414, "uri_too_long")


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer " + "a" * 33_000},
        {"Cookie": "sessionid=" + "a" * 33_000},
        {"X-Forwarded-For": "1.2.3.4," * 5000},
        {"Accept": "a/b," * 300},
        {f"X-Header-{n}": "a" * 1000 for n in range(40)},
    ],
)
def test_large_headers_are_refused(headers: dict[str, str]) -> None:
    answer = Browser().get("/livez", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (431, "headers_too_large")


def test_a_content_type_of_kilobytes_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django does so before any middleware; what reaches it is just long enough to be refused."""
    monkeypatch.setattr(wsgi, "django", lambda environ, _: [environ["CONTENT_TYPE"].encode()])
    [seen] = wsgi.application({"CONTENT_TYPE": "a;b=" * 15_000}, print)
    assert len(seen) == LONGEST_HEADERS["CONTENT_TYPE"] + 1


@pytest.mark.parametrize(
    ("path", "most"),
    [("/api/auth/login", 65_536), ("/accounts/login/", 65_536), ("/api/tasks", 1_048_576)],
)
def test_large_bodies_are_refused_unread(path: str, most: int) -> None:
    kind = "application/json"
    largest = Browser().post(path, b"x" * most, content_type=kind)
    larger = Browser().post(path, b"x" * (most + 1), content_type=kind)
    assert largest.status_code != 413
    assert (larger.status_code, larger.json()["code"]) == (413, "too_large")


def test_a_form_with_a_file_counts_as_a_whole() -> None:
    kind = "multipart/form-data; boundary=x"
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + b"x" * 70_000
    assert Browser().post("/accounts/login/", body, content_type=kind).status_code == 413


@pytest.mark.parametrize("charset", ["punycode", "idna", "utf-16", "latin-1"])
def test_json_is_utf_8_whatever_its_header_says(cast: Cast, charset: str) -> None:
    body = json.dumps({"name": "Größe"}, ensure_ascii=False)
    path = f"/api/workspaces/{cast.workspace.pk}"
    kind = f"application/json; charset={charset}"
    answer: Any = client_of(cast.ada).generic("PATCH", path, body, content_type=kind)
    assert (answer.status_code, answer.json()["data"]["name"]) == (200, "Größe")


@pytest.mark.parametrize("value", ["[]", "{}", "1", '"a"'])
def test_a_body_of_very_many_values_is_refused(cast: Cast, value: str) -> None:
    body = f'{{"name": [{",".join([value] * 100_001)}]}}'
    answer: Any = client_of(cast.ada).generic(
        "POST", "/api/workspaces", body, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_values")


def test_the_longest_texts_are_accepted(cast: Cast) -> None:
    path = f"/api/projects/{cast.project.pk}/tasks"
    body = {"title": "," * 255, "description": "[" * 50_000}
    client_of(cast.ada).ask("POST", path, body, status=201)
