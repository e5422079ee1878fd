"""No request waits for Redis: a real server tells it nothing, and does not miss it."""

import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest
import redis

from config import env, local, programs
from tests.config.wire import Wire
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually

SECRET = "a long enough secret"
FATES: list[Callable[[subprocess.Popen[bytes]], object]] = [
    lambda valkey: valkey.send_signal(signal.SIGSTOP),
    lambda valkey: valkey.send_signal(signal.SIGKILL),
]


@pytest.fixture
def server(
    committed_db: CommittedDatabase,
    broker: subprocess.Popen[bytes],
    started: Programs,
    monkeypatch: pytest.MonkeyPatch,
) -> Wire:
    """A web server beside a Valkey that nobody else uses."""
    wire = Wire(local.free_port())
    monkeypatch.setenv("PORT", str(wire.port))
    started.start(programs.web())
    eventually(lambda: not local.is_free(wire.port))
    return wire


def sign_up(server: Wire, name: str) -> tuple[Wire, str]:
    email = f"{name}@example.com"
    body = {"email": email, "password": SECRET, "name": name.title()}
    made = server.ask("POST", "/api/auth/register", body, status=201)["data"]
    return server.signed_in(email, SECRET), made["user"]["id"]


def plan_work(server: Wire) -> dict[str, Any]:
    """Two people, a workspace, a project, a task for the other one, a comment, and done."""
    (ada, _), (max_, max_id) = sign_up(server, "ada"), sign_up(server, "max")
    workspace = ada.ask("POST", "/api/workspaces", {"name": "Engines"}, status=201)["data"]["id"]
    member = {"workspaceId": workspace, "email": "max@example.com"}
    ada.ask("POST", "/api/workspace/add-member", member, status=201)
    project = {"workspaceId": workspace, "name": "Engine", "team_members": ["max@example.com"]}
    project_id = ada.ask("POST", "/api/projects", project, status=201)["data"]["id"]
    task = {"title": "Oil", "assigneeId": max_id, "due_date": "2030-01-31"}
    made = ada.ask("POST", f"/api/projects/{project_id}/tasks", task, status=201)["data"]
    max_.ask("POST", f"/api/tasks/{made['id']}/comments", {"message": "On it"}, status=201)
    max_.ask("PUT", f"/api/tasks/{made['id']}", {"status": "DONE"})
    shown: dict[str, Any] = ada.ask("GET", f"/api/tasks/{made['id']}")["data"]
    return shown


def test_no_request_says_anything_to_redis(server: Wire) -> None:
    with redis.Redis.from_url(env.text("REDIS_URL")) as valkey:
        valkey.config_resetstat()
        assert plan_work(server)["is_complete"] is True
        said = valkey.info("commandstats")
        assert set(said) - {"cmdstat_config|resetstat"} == set()
        assert valkey.info("stats")["total_connections_received"] == 0


@pytest.mark.parametrize("fate", FATES, ids=["frozen", "dead"])
def test_no_request_misses_redis_and_attempts_are_counted_without_it(
    server: Wire,
    broker: subprocess.Popen[bytes],
    fate: Callable[[subprocess.Popen[bytes]], object],
) -> None:
    eve, _ = sign_up(server, "eve")
    eve.ask("POST", "/api/auth/reauthenticate", {"password": SECRET}, status=204)
    eve.ask("POST", "/api/auth/mfa/totp")
    fate(broker)

    began = time.monotonic()
    assert plan_work(server)["is_complete"] is True
    assert time.monotonic() - began < 5
    degraded = {"status": "degraded", "database": "up", "redis": "down"}
    assert server.ask("GET", "/readyz") == degraded

    for status in (*[400] * 5, 429):
        eve.ask("POST", "/api/auth/mfa/totp/activate", {"code": "x"}, status=status)
    for status in (*[401] * 5, 429):
        body = {"email": "eve@example.com", "password": "wrong"}
        server.ask("POST", "/api/auth/login", body, status=status)
