"""What holds for every request: envelope, methods, slashes, request ids, CORS, health."""

import re
from typing import Any

import pytest
from django.conf import settings as configured
from pytest_django.fixtures import Settings

from config.start_check import HEALTH
from tests.support.cast import Cast, Client, client_of

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_the_exact_bodies_of_the_probes(db: None) -> None:
    client = Client()
    assert client.get("/").content == b'{"message":"Server is running successfully!"}'
    assert client.get("/api/health").content == b'{"status":"ok"}'
    assert client.get("/livez").content == b'{"status":"ok"}'
    health = client.ask("GET", "/health")
    assert health == {"status": "ok", "version": configured.VERSION, "time": health["time"]}
    ready = {"status": "ok", "database": "up", "redis": "up"}
    assert client.ask("GET", "/readyz") == ready


@pytest.mark.parametrize("path", ["/", "/api/health", "/health", "/livez", "/readyz"])
def test_probes_are_blind_to_credentials(db: None, path: str) -> None:
    client = Client()
    client.credentials(HTTP_AUTHORIZATION="Bearer nonsense")
    client.ask("GET", path)


@pytest.mark.parametrize("host", ["10.0.0.7:8000", "evil.example", "<script>", ""])
def test_probes_answer_whatever_their_host_says(db: None, host: str) -> None:
    client = Client(HTTP_HOST=host)
    for path in HEALTH:
        for answer in (client.get(path), client.get(f"{path}/")):
            assert answer.status_code == 200
            assert not host or host not in f"{answer.content.decode()}{answer.headers}"
    for path in ("/", "/api/workspaces", "/livezz", "/livez/x", "/admin/"):
        assert client.get(path).status_code == 400


def test_without_redis_the_server_is_degraded_not_down(db: None, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    degraded = {"status": "degraded", "database": "up", "redis": "down"}
    assert Client().ask("GET", "/readyz") == degraded


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api/nowhere", "/api/tasks/a/b/c", "/%00", "/api/🐛"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_route_answers_in_the_envelope(db: None, path: str, method: str) -> None:
    refusal = Client().ask(method, path, {}, status=404)
    assert refusal == {
        "success": False,
        "message": "Not found.",
        "code": "not_found",
        "request_id": refusal["request_id"],
    }


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/workspaces", "GET, POST, HEAD, OPTIONS"),
        ("PUT", "/api/projects", "GET, POST, HEAD, OPTIONS"),
        ("GET", "/api/tasks", "POST, DELETE, OPTIONS"),
        ("POST", "/api/tasks/x", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        ("PATCH", "/api/projects/x/lead", "PUT, OPTIONS"),
        ("TRACE", "/api/workspaces", "GET, POST, HEAD, OPTIONS"),
    ],
)
def test_another_method_is_told_which_are_allowed(
    cast: Cast, method: str, path: str, allowed: str
) -> None:
    answer = client_of(cast.ada).generic(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) == set(allowed.split(", "))


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_strangers_are_asked_to_sign_in(db: None, method: str) -> None:
    answer = Client().generic(method, "/api/workspaces")
    told = answer.json()
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert told == {
        "success": False,
        "message": "Authentication credentials were not provided.",
        "code": "not_authenticated",
        "request_id": told["request_id"],
    }


@pytest.mark.parametrize(
    "path", ["/api/workspaces", "/api/projects", "/api/workspace", "/api/project"]
)
def test_a_trailing_slash_makes_no_difference(cast: Cast, path: str) -> None:
    ada = client_of(cast.ada)
    assert ada.ask("GET", f"{path}/") == ada.ask("GET", path)
    assert ada.ask("POST", f"{path}/", {"name": "New"}, status=201)["success"]


def test_head_answers_like_get_without_a_body(cast: Cast) -> None:
    answer = client_of(cast.ada).head(f"/api/workspaces/{cast.workspace.pk}")
    assert (answer.status_code, answer["ETag"], answer.content) == (200, '"1"', b"")


@pytest.mark.parametrize("given", ["abc-123", "a" * 128, "0.1_x"])
def test_a_request_id_is_kept(db: None, given: str) -> None:
    answer = Client().get("/api/workspaces", headers={"X-Request-ID": given})
    assert answer["X-Request-ID"] == answer.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", "a" * 129, "a b", "-x", "a\nb", '{"x":1}', "é"])
def test_an_unfit_request_id_is_replaced(db: None, given: str) -> None:
    sent: dict[str, Any] = {"HTTP_X_REQUEST_ID": given}
    answer = Client().get("/api/nowhere", **sent)
    assert UUID.fullmatch(answer["X-Request-ID"])
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_a_known_origin_may_ask_from_a_browser(cast: Cast, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]
    headers = {
        "Origin": "https://app.example.com",
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,if-match,idempotency-key",
    }
    preflight = Client().options("/api/workspaces", headers=headers)
    assert preflight.status_code == 200
    assert preflight["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert "PATCH" in preflight["Access-Control-Allow-Methods"]
    for name in ("authorization", "if-match", "idempotency-key", "content-type", "x-request-id"):
        assert name in preflight["Access-Control-Allow-Headers"]
    answer = client_of(cast.ada).get("/api/workspaces", headers={"Origin": headers["Origin"]})
    assert {"ETag", "Link", "X-Request-ID"} <= set(
        answer["Access-Control-Expose-Headers"].split(", ")
    )


def test_an_unknown_origin_gets_no_leave(cast: Cast, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]
    evil = {"Origin": "https://evil.example.com", "Access-Control-Request-Method": "GET"}
    for answer in (
        Client().options("/api/workspaces", headers=evil),
        client_of(cast.ada).get("/api/workspaces", headers=evil),
    ):
        assert not answer.has_header("Access-Control-Allow-Origin")


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_browser_sees_a_page_where_programs_read_json(db: None, settings: Settings) -> None:
    answer: Any = Client().get("/", headers={"Accept": BROWSER})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    links = re.findall(r'href="([^"]+)"', answer.content.decode())
    assert links == ["/api/docs", "/api/schema", "/admin/", "/readyz"]
    assert f"version {configured.VERSION}" in answer.content.decode()
    assert "Demo" not in answer.content.decode()

    settings.DEMO_SIGN_INS = {"password": "known", "people": {"a@example.com": "leads"}}
    shown: Any = Client().get("/", headers={"Accept": BROWSER})
    assert re.findall(r"<code>(.*?)</code>", shown.content.decode()) == ["known", "a@example.com"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_programs_read_the_exact_greeting(db: None, accept: str) -> None:
    answer: Any = Client().get("/", headers={"Accept": accept})
    assert answer.content == b'{"message":"Server is running successfully!"}'
