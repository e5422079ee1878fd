"""No request waits for Redis: a real server tells it nothing, and does not miss it."""

import signal
import subprocess
import time
from typing import Any, NamedTuple

import pytest
import redis

from config import env, local, programs
from core.models import AttemptCount
from tests.config.wire import Wire
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually

SECRET = "a long enough secret"
LONGEST_SECONDS = 5.0


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


class Person(NamedTuple):
    wire: Wire
    email: str
    id: str


def sign_up(server: Wire, name: str) -> Person:
    email = f"{name}@example.com"
    body = {"email": email, "password": SECRET, "name": name.title()}
    made = server.ask("POST", "/api/auth/register", body, status=201)["data"]
    return Person(server.signed_in(email, SECRET), email, made["user"]["id"])


def plan_work(lead: Person, member: Person) -> dict[str, Any]:
    """A workspace, a project, a task for the other one, a comment, and done."""
    ada = lead.wire
    workspace = ada.ask("POST", "/api/workspaces", {"name": "Engines"}, status=201)["data"]["id"]
    added = {"workspaceId": workspace, "email": member.email}
    ada.ask("POST", "/api/workspace/add-member", added, status=201)
    project = {"workspaceId": workspace, "name": "Engine", "team_members": [member.email]}
    project_id = ada.ask("POST", "/api/projects", project, status=201)["data"]["id"]
    task = {"title": "Oil", "assigneeId": member.id, "due_date": "2030-01-31"}
    made = ada.ask("POST", f"/api/projects/{project_id}/tasks", task, status=201)["data"]
    member.wire.ask("POST", f"/api/tasks/{made['id']}/comments", {"message": "On it"}, status=201)
    member.wire.ask("PUT", f"/api/tasks/{made['id']}", {"status": "DONE"})
    shown: dict[str, Any] = ada.ask("GET", f"/api/tasks/{made['id']}")["data"]
    return shown


def test_no_request_says_anything_to_redis_or_misses_it(
    server: Wire, broker: subprocess.Popen[bytes]
) -> None:
    with redis.Redis.from_url(env.text("REDIS_URL")) as valkey:
        valkey.config_resetstat()
        max_ = sign_up(server, "max")
        assert plan_work(sign_up(server, "ada"), max_)["is_complete"] is True
        said = valkey.info("commandstats")
        assert set(said) - {"cmdstat_config|resetstat"} == set()
        assert valkey.info("stats")["total_connections_received"] == 0

    broker.send_signal(signal.SIGSTOP)
    check_that_it_is_not_missed(server, "eve", max_)
    broker.kill()
    broker.wait()
    AttemptCount.objects.all().delete()
    check_that_it_is_not_missed(server, "ian", max_)


def check_that_it_is_not_missed(server: Wire, name: str, member: Person) -> None:
    """And that attempts are counted without it."""
    began = time.monotonic()
    person = sign_up(server, name)
    assert plan_work(person, member)["is_complete"] is True
    assert time.monotonic() - began < LONGEST_SECONDS
    degraded = {"status": "degraded", "database": "up", "redis": "down"}
    assert server.ask("GET", "/readyz") == degraded

    person.wire.ask("POST", "/api/auth/reauthenticate", {"password": SECRET}, status=204)
    person.wire.ask("POST", "/api/auth/mfa/totp")
    for status in (*[400] * 5, 429):
        person.wire.ask("POST", "/api/auth/mfa/totp/activate", {"code": "x"}, status=status)
    for status in (*[401] * 5, 429):
        body = {"email": person.email, "password": "wrong"}
        server.ask("POST", "/api/auth/login", body, status=status)
