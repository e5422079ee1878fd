"""Whoever types what the README says about production has a server that works."""

import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from config import env
from config.start_check import HEALTH
from dev.server import binaries
from tests.config.behind_proxy import ADDED, Browser, files_of
from tests.config.installation import STAFF, STAFF_PASSWORD, Installation
from tests.support.factors import code_of
from tests.support.programs import eventually
from tests.support.sink import part

FOREIGN_HOSTS = ("10.0.0.7:8000", "evil.example", "<script>", "a b", "")
PAGES = {
    "/": "application/json",
    "/api/docs": "text/html; charset=utf-8",
    "/api/redoc": "text/html; charset=utf-8",
    "/api/schema": "application/vnd.oai.openapi; charset=utf-8",
    "/accounts/login/": "text/html; charset=utf-8",
}
KINDS = {"css": "text/css", "js": "text/javascript", "png": "image/png", "svg": "image/svg+xml"}
MIRA, PASSWORD = "mira@example.com", "a long enough secret"
QUIET_SECONDS = 3


@pytest.fixture
def server() -> Iterator[Installation]:
    with TemporaryDirectory(prefix="gantry-production-") as name:
        folder = Path(name)
        # PostgreSQL's own user has to reach its cluster, where root runs the suite.
        folder.chmod(binaries.REACHABLE_FOLDER)
        here = Installation(folder)
        try:
            here.set_up()
            here.start()
            yield here
        finally:
            here.close()
            sys.stdout.write(here.said)


def test_the_readme_leads_to_a_server_that_works(server: Installation) -> None:
    recovery_code = enrol_staff(server)
    check_probes(server.port)
    check_pages(Browser(server.port))
    sign_up(server)
    check_health_of_frozen(server)
    check_admin(enter_the_admin(server, recovery_code))
    stop(server)


def check_probes(port: int) -> None:
    """Probes answer whatever their Host says, over plain HTTP, and do not repeat it."""
    for host in FOREIGN_HOSTS:
        for path in HEALTH | {f"{path}/" for path in HEALTH}:
            assert asked_as(port, host, path)[0] == 200, (host, path)
        for path in ("/", "/livez/x", "/api/workspaces", "/admin/", "/static/x.css"):
            status, answer = asked_as(port, host, path, "https")
            assert (status, b'"malformed"' in answer) == (400, True), (host, path)
    assert asked_as(port, ADDED["Host"], "/livez/x")[0] == 301


def asked_as(port: int, host: str, path: str, scheme: str = "http") -> tuple[int, bytes]:
    """Status and body; neither they nor the headers hold the Host."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", host)
    connection.putheader("X-Forwarded-Proto", scheme)
    connection.endheaders()
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    is_own = host in ("", ADDED["Host"])
    assert is_own or host.encode() not in content + str(answer.headers).encode()
    return answer.status, content


def check_pages(stranger: Browser) -> None:
    for path, kind in PAGES.items():
        page = stranger.ask("GET", path)
        assert (page.status_code, page.headers["Content-Type"]) == (200, kind), path
        assert "max-age=31536000; includeSubDomains" in page.headers["Strict-Transport-Security"]
        check_files(stranger, files_of(page))
    assert stranger.ask("GET", "/static/nothing.css").status_code == 404


def check_files(browser: Browser, named: set[str]) -> None:
    for path in named - browser.files_seen:
        browser.files_seen.add(path)
        file = browser.ask("GET", path)
        assert file.status_code == 200, path
        assert file.headers["Content-Type"].split(";")[0] == KINDS[path.rpartition(".")[2]], path
        assert file.headers["Cache-Control"] == "max-age=315360000, public, immutable", path


def sign_up(server: Installation) -> None:
    """Over the API, with the code that a mail brings."""
    mira = Browser(server.port)
    person = {"email": MIRA, "password": PASSWORD, "name": "Mira"}
    pending = posted(mira, "/api/auth/register", person, 202)
    code = mailed_code(server, MIRA)
    headers = {"X-Session-Token": pending["session_token"]}
    posted(mira, "/api/auth/email/verify", {"code": code}, 200, headers)

    entered = posted(Browser(server.port), "/api/auth/login", person, 200)
    bearing = {"Authorization": f"Bearer {entered['access_token']}"}
    posted(mira, "/api/workspaces", {"name": "Paper Boats"}, 201, bearing)
    me = mira.ask("GET", "/api/auth/me", headers=bearing).json()["data"]
    assert (me["email"], me["name"]) == (MIRA, "Mira")


def posted(
    browser: Browser, path: str, body: dict[str, str], status: int, headers: Any = None
) -> Any:
    answer = browser.ask("POST", path, json=body, headers=headers or {})
    assert answer.status_code == status, answer.text
    return answer.json()["data"]


def mailed_code(server: Installation, email: str) -> str:
    def codes() -> list[str]:
        mails = [mail for mail in server.sink.mails if str(mail["To"]) == email]
        texts = "\n".join(part(mail, "plain") for mail in mails)
        return re.findall(r"\b[A-Z]{4}-[A-Z]{4}\b", texts)

    eventually(codes)
    return codes()[-1]


def enrol_staff(server: Installation) -> str:
    """A recovery code of the superuser, whom the command line lets enrol an authenticator app."""
    browser = Browser(server.port)
    page = browser.open("/admin/")
    page = browser.open(page.url, login=STAFF, password=STAFF_PASSWORD)
    assert "confirm-email" not in page.url
    page = browser.open("/accounts/2fa/totp/activate/")
    page = browser.open(page.url, password=STAFF_PASSWORD)
    [secret] = set(re.findall(r"[=:>\s\"]([A-Z2-7]{32})[\"<&\s]", page.text))
    check_files(browser, files_of(page))
    page = browser.open(page.url, code=code_of(secret))
    assert "Authenticator app activated" in page.text
    [code, *_] = re.findall(r"\b\d{8}\b", page.text)
    return str(code)


def enter_the_admin(server: Installation, code: str) -> Browser:
    """As the superuser, in a browser of their own."""
    browser = Browser(server.port)
    page = browser.open("/admin/")
    page = browser.open(page.url, login=STAFF, password=STAFF_PASSWORD)
    assert urlsplit(page.url).path == "/accounts/2fa/authenticate/"
    page = browser.open(page.url, code=code)
    assert (page.status_code, page.url) == (200, "/admin/")
    check_files(browser, files_of(page))
    return browser


def check_admin(browser: Browser) -> None:
    """A list and a form, and the files they name; tests/admin opens every other one."""
    for path in ("/admin/tasks/task/", "/admin/tasks/task/add/"):
        page = browser.ask("GET", path)
        assert page.status_code == 200, path
        check_files(browser, files_of(page))


def check_health_of_frozen(server: Installation) -> None:
    """A program that hangs is noticed, and well again once it goes on."""
    for process in server.running.values():
        process.send_signal(signal.SIGSTOP)
    time.sleep(QUIET_SECONDS + 1)
    with ThreadPoolExecutor() as pool:
        found = dict(
            zip(
                server.running,
                pool.map(
                    lambda name: server.health(name, f"--oldest={QUIET_SECONDS}"), server.running
                ),
                strict=True,
            )
        )
    for process in server.running.values():
        process.send_signal(signal.SIGCONT)
    assert "does not answer: timed out" in found.pop("web")
    for name, said in found.items():
        assert re.fullmatch(rf"A {name} has given no heartbeat for \d+ seconds\.\n", said)
    for name in server.running:
        eventually(partial(server.is_well, name, f"--oldest={QUIET_SECONDS}"), pause=0.5)


def stop(server: Installation) -> None:
    """All end with 0 in the time that containers have; a request that has begun is answered."""
    services = yaml.safe_load((env.ROOT / "docker-compose.yml").read_text())["services"]
    begun = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    begun.sendall(b"POST /api/auth/login HTTP/1.1\r\nhost: gantry.example.com\r\n")
    begun.sendall(b"x-forwarded-proto: https\r\ncontent-type: application/json\r\n")
    begun.sendall(b"content-length: 2\r\n\r\n{")
    time.sleep(0.2)
    for process in server.running.values():
        process.send_signal(signal.SIGTERM)
    started = time.monotonic()
    time.sleep(1)
    begun.sendall(b"}")
    assert begun.recv(1024).startswith(b"HTTP/1.1 400 ")
    begun.close()
    for name, process in server.running.items():
        left = float(services[name]["stop_grace_period"].removesuffix("s"))
        assert process.wait(left - (time.monotonic() - started)) == 0, name
