"""People of the demo, whose password everybody knows, open no server that is for the public."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from django.core.management import call_command
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from config import local, programs
from dev.demo.checks import demo_people_who_can_sign_in, flaw_of_demo_people
from dev.demo.services import seed_demo
from tests.config.production import in_public
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually

SENTENCE = "13 people of the demo can sign in"
TOKENS = "/api/auth/login"


def deactivate() -> str:
    out = StringIO()
    call_command("deactivate_demo", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_only_a_public_server_refuses_a_database_with_the_demo(settings: Settings) -> None:
    assert flaw_of_demo_people() is None
    seed_demo()
    assert flaw_of_demo_people() is None

    settings.REFUSE_DEMO_PEOPLE = True
    assert SENTENCE in str(flaw_of_demo_people())
    assert deactivate() == "Deactivated: 13.\n"

    assert flaw_of_demo_people() is None
    assert not User.objects.active().exists()
    assert deactivate() == "Deactivated: 0.\n"


@pytest.mark.django_db
def test_a_demo_account_counts_by_its_password_or_its_proved_address() -> None:
    admin = User.objects.create_user("admin@example.com", "gantry-demo")
    assert demo_people_who_can_sign_in() == [admin]

    admin.set_password("Tr0ub4dor and 3 friends")
    admin.save()
    assert demo_people_who_can_sign_in() == []
    EmailAddress.objects.create(user=admin, email=admin.email, verified=True)
    assert demo_people_who_can_sign_in() == [admin]

    admin.is_active = False
    admin.save()
    assert demo_people_who_can_sign_in() == []


@pytest.mark.django_db
def test_nobody_stops_a_server_by_signing_up_as_one_of_the_demo() -> None:
    """Sign-up is open to strangers: an address alone must not be enough to be taken for one."""
    body = {"email": "admin@example.com", "password": "Tr0ub4dor and 3 friends"}
    known = APIClient().post("/api/auth/register", body | {"password": "gantry-demo"})
    assert known.status_code == 400
    assert "one of the demo" in str(known.json()["errors"])

    assert APIClient().post("/api/auth/register", body).status_code in {201, 202}
    assert demo_people_who_can_sign_in() == []


def test_a_public_server_that_starts_first_refuses_the_demo_before_it_serves(
    committed_db: CommittedDatabase, started: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What programs refuse at once is shown where every program is started."""
    admin = User.objects.create_user("admin@example.com", "gantry-demo")
    EmailAddress.objects.create(user=admin, email=admin.email, verified=True)
    port, database_port = local.free_port(), local.free_port()
    monkeypatch.setenv("PORT", str(port))
    kept = {"DATABASE_URL": through(database_port, committed_db.url), "DB_POOL_MAX": "2"}
    started.start(programs.web(), **in_public(**kept))

    ask = f"http://127.0.0.1:{port}"
    eventually(lambda: status(f"{ask}/livez") == 200)
    assert log_in(ask).status_code == 503
    with forwarding(database_port, committed_db.url):
        eventually(lambda: log_in(ask) is None or "not_served" in started.log.read_text())
        answer = log_in(ask)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "1 people of the demo can sign in" in started.log.read_text()
        assert status(f"{ask}/livez") == 200
        deactivate()
        eventually(lambda: log_in(ask).status_code == 401)


def log_in(server: str) -> requests.Response:
    body = {"email": "admin@example.com", "password": "gantry-demo"}
    return requests.post(f"{server}{TOKENS}", json=body, timeout=60)


def status(url: str) -> int:
    with suppress(requests.RequestException):
        return requests.get(url, timeout=10).status_code
    return 0


def through(port: int, url: str) -> str:
    """The same database, reached by another port of this machine."""
    parts = urlsplit(url)
    credentials = parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{credentials}@127.0.0.1:{port}").geturl()


@contextmanager
def forwarding(port: int, url: str) -> Iterator[None]:
    """What arrives at the port goes on to the database of the address."""
    target = urlsplit(url)
    with socket.create_server(("127.0.0.1", port)) as door:
        guide = threading.Thread(target=_accept, args=(door, target), daemon=True)
        guide.start()
        yield
        door.shutdown(socket.SHUT_RDWR)
        guide.join(10)


def _accept(door: socket.socket, target: Any) -> None:
    with suppress(OSError):
        while True:
            caller, _ = door.accept()
            threading.Thread(target=_join, args=(caller, target), daemon=True).start()


def _join(caller: socket.socket, target: Any) -> None:
    with caller, socket.create_connection((target.hostname, target.port)) as database:
        back = threading.Thread(target=_pump, args=(database, caller), daemon=True)
        back.start()
        _pump(caller, database)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
