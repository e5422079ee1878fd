"""PostgreSQL stops, freezes or is full: every answer is a quick 503, and soon none is."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any, NamedTuple

import psycopg
import pytest

from config import local, programs
from tests.config.production import in_public
from tests.config.wire import Wire
from tests.support.own_postgres import OwnPostgres
from tests.support.programs import PATIENCE, Programs, ended, eventually
from tests.support.threads import times

SECRET = "a long enough secret"
LONGEST_SECONDS = 5.0
LONGEST_PROBE = 1.5
BACK_WITHIN = 2.0
GONE_SECONDS = 3.0
"""So long that pauses that double would by now be longer than that."""
AT_WORK = """
    SELECT EXISTS (SELECT FROM django_celery_beat_periodictask)
    AND EXISTS (SELECT FROM outbox_relayprocess)
"""
CLIENTS = 20
WEB_THREADS = 8
PATHS = ("/api/projects", "/admin/", "/accounts/2fa/", "/api/auth/me")


class Told(NamedTuple):
    status: int
    body: Any
    retry_after: str | None
    seconds: float


class Site:
    """A web server on the test's own PostgreSQL, and somebody signed in there."""

    def __init__(self, port: int) -> None:
        self.port, self.token, self.cookie = port, "", ""
        self.wire = Wire(port)

    def sign_up(self, name: str) -> None:
        email = f"{name}@example.com"
        person = {"email": email, "password": SECRET, "name": name.title()}
        self.wire.ask("POST", "/api/auth/register", person, status=201)
        self.token = self.wire.signed_in(email, SECRET).token

    def ask(self, path: str, method: str = "GET", body: Any = None) -> Told:
        """Ask with both kinds of credentials; the body is the text of a page or parsed JSON."""
        headers = {"Cookie": "sessionid=" + "a" * 32, "Content-Type": "application/json"}
        if path.startswith("/api/"):
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        began = time.monotonic()
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        content = answer.read()
        seconds = time.monotonic() - began
        connection.close()
        is_json = answer.headers["Content-Type"] == "application/json"
        retry = answer.headers["Retry-After"]
        return Told(answer.status, json.loads(content) if is_json else content, retry, seconds)

    def check_is_away(self, *, clients: int = 1) -> None:
        """Every request, of however many clients, is told so in time, and probes are quick."""
        paths = [PATHS[n % len(PATHS)] for n in range(max(clients, len(PATHS)))]
        for told in [self.ask(path) for path in PATHS] if clients == 1 else self.at_once(paths):
            assert (told.status, told.retry_after) == (503, "1"), told
            assert (told.body["success"], told.body["code"]) == (False, "unavailable")
            assert told.seconds < LONGEST_SECONDS

    def at_once(self, paths: list[str]) -> list[Told]:
        return times(len(paths), lambda n: self.ask(paths[n]))

    def check_probes(self, ready: int = 503) -> None:
        for path, status in (("/livez", 200), ("/api/health", 200), ("/readyz", ready)):
            told = self.ask(path)
            assert (told.status, told.seconds < LONGEST_PROBE) == (status, True), (path, told)
            assert told.retry_after == ("1" if status == 503 else None)

    def fill_its_pool(self) -> None:
        self.seconds_until_served()
        self.at_once(["/api/auth/me"] * 16)

    def seconds_until_served(self) -> float:
        began = time.monotonic()
        eventually(lambda: self.ask("/api/auth/me").status == 200, patience=30)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    with ended(tmp_path_factory.mktemp("web")) as here:
        yield here


@pytest.fixture(scope="module")
def serve(own_postgres: OwnPostgres, running: Programs) -> Callable[..., Site]:
    """Starts web servers on the PostgreSQL of the module, with these settings."""

    def start(**chosen: str) -> Site:
        port = local.free_port()
        settings = {"DJANGO_SETTINGS_MODULE": "config.settings.development", "PORT": str(port)}
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**settings, **chosen}.items():
                patch.setenv(name, value)
            running.start(programs.web(), **own_postgres.addresses())
        eventually(lambda: not local.is_free(port))
        return Site(port)

    return start


@pytest.fixture(scope="module")
def sites(serve: Callable[..., Site], own_postgres: OwnPostgres) -> list[Site]:
    """One as in development, one in public without a pool, both started before their database."""
    own_postgres.stop_at_once()
    found = [serve(), serve(**in_public(DB_POOL_MAX="0"))]
    for site in found:
        site.check_is_away()
        site.check_probes()
    own_postgres.start()
    began = time.monotonic()
    eventually(lambda: [site.ask("/api/auth/me").status for site in found] == [401, 401])
    assert time.monotonic() - began < BACK_WITHIN
    for site, name in zip(found, ("mira", "noor"), strict=True):
        site.sign_up(name)
    return found


@pytest.fixture
def site(sites: list[Site], own_postgres: OwnPostgres) -> Site:
    """The first one, with every connection it may have, whatever the test before did."""
    own_postgres.start()
    sites[0].fill_its_pool()
    return sites[0]


def test_servers_that_start_first_serve_once_their_database_is_there(
    sites: list[Site], own_postgres: OwnPostgres
) -> None:
    own_postgres.start()
    for site in sites:
        assert site.seconds_until_served() < BACK_WITHIN


def test_a_stopped_server_is_told_at_once_and_missed_no_longer_than_it_is_gone(
    site: Site, own_postgres: OwnPostgres
) -> None:
    own_postgres.stop_at_once()
    site.check_is_away()
    site.check_is_away(clients=40)
    site.check_probes()
    time.sleep(GONE_SECONDS)
    own_postgres.start()
    assert site.seconds_until_served() < BACK_WITHIN
    assert {told.status for told in site.at_once(["/api/auth/me"] * 16)} == {200}


def test_requests_that_meet_the_restart_get_no_other_answer(
    site: Site, own_postgres: OwnPostgres
) -> None:
    own_postgres.stop_at_once()
    own_postgres.start()
    assert {told.status for told in site.at_once(list(PATHS[:1]) * 16)} == {200}


def test_a_frozen_server_is_given_up_from_this_side(site: Site, own_postgres: OwnPostgres) -> None:
    with own_postgres.frozen():
        site.check_is_away()
        site.check_is_away(clients=24)
        site.check_probes()
    assert site.seconds_until_served() < BACK_WITHIN


def test_statements_under_way_when_the_server_freezes_are_given_up(
    site: Site, own_postgres: OwnPostgres
) -> None:
    with (
        psycopg.connect(own_postgres.url("gantry_owner")) as rival,
        ThreadPoolExecutor(CLIENTS) as threads,
    ):
        rival.execute("LOCK TABLE workspaces_workspace")
        asked = [threads.submit(site.ask, "/api/workspaces") for _ in range(CLIENTS)]
        eventually(lambda: own_postgres.waiting() >= WEB_THREADS)
        with own_postgres.frozen():
            answers = [each.result() for each in asked]
            site.check_probes()
    assert {(told.status, told.retry_after) for told in answers} == {(503, "1")}
    assert max(told.seconds for told in answers) < LONGEST_SECONDS
    assert site.seconds_until_served() < BACK_WITHIN


def test_a_server_that_takes_no_writes_is_told_as_one_that_is_away(
    site: Site, own_postgres: OwnPostgres
) -> None:
    """As after a failover, when a name still leads to the standby."""

    def write() -> Told:
        return site.ask("/api/workspaces", "POST", {"name": "Engines"})

    with own_postgres.read_only():
        # Sessions hear of it one by one, when they are asked next.
        eventually(lambda: write().status != 201)
        told = write()
        assert (told.status, told.retry_after, told.body["code"]) == (503, "1", "unavailable")
        assert site.ask("/api/workspaces").status == 200
    eventually(lambda: write().status == 201)


def test_the_log_has_one_line_of_why_and_one_of_the_request(
    site: Site, own_postgres: OwnPostgres, running: Programs
) -> None:
    own_postgres.stop_at_once()
    before = running.log.read_text()
    assert site.ask("/api/projects").status == site.ask("/admin/").status == 503
    lines = running.log.read_text().removeprefix(before).splitlines()
    own_postgres.start()
    assert [line for line in lines if "Traceback" in line] == []
    assert [json.loads(line)["event"] for line in lines] == ["database_away", "request"] * 2


def test_a_full_server_is_told_as_one_that_is_away(
    site: Site, sites: list[Site], own_postgres: OwnPostgres
) -> None:
    # With a pool, its requests would share what is open.
    _, other = sites
    own_postgres.stop_at_once()
    own_postgres.start()
    site.fill_its_pool()
    with own_postgres.full():
        other.check_is_away()
        assert site.ask("/api/auth/me").status == 200
        other.check_probes()
        site.check_probes(ready=200)
    assert other.seconds_until_served() < BACK_WITHIN


def test_other_programs_that_start_first_wait_for_the_database(
    own_postgres: OwnPostgres, started: Programs, broker: subprocess.Popen[bytes]
) -> None:
    own_postgres.stop_at_once()
    commands = [programs.worker(), programs.beat(), programs.relay()]
    running = [started.start(command, **own_postgres.addresses()) for command in commands]
    told = started.log.read_text
    eventually(lambda: told().count("database_not_checked") > len(running))
    assert "Traceback" not in told()
    own_postgres.start()
    with psycopg.connect(own_postgres.url("postgres"), autocommit=True) as connection:
        eventually(lambda: connection.execute(AT_WORK).fetchone() == (True,))
    assert [process.poll() for process in running] == [None] * 3
    for process in running:
        process.send_signal(signal.SIGTERM)
    assert [process.wait(PATIENCE) for process in running] == [0] * 3
    assert "Traceback" not in told()


def test_beat_that_waits_for_the_database_can_be_stopped(
    own_postgres: OwnPostgres, started: Programs
) -> None:
    own_postgres.stop_at_once()
    beat = started.start(programs.beat(), **own_postgres.addresses())
    eventually(lambda: "database_not_checked" in started.log.read_text())
    started.stop(beat)
    assert beat.returncode == 0
    assert "Traceback" not in started.log.read_text()
