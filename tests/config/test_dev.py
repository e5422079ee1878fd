"""`bin/dev`, as a person who has just cloned the repository meets it."""

import os
import re
import signal
import socket
import subprocess
import time
from ast import literal_eval
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from config import local, processes
from tests.config import production
from tests.config.machine import (
    START_PATIENCE,
    Machine,
    Terminal,
    development,
    forked,
    throwaway,
)
from tests.config.production import COMPLETE
from tests.config.wire import Wire
from tests.support.programs import eventually

PASSWORD = "gantry-demo"
UP = {"status": "ok", "database": "up", "redis": "up"}
WELL = "System check identified no issues (0 silenced).\n"
# Who may sign in, as the front page and the console say.
SHOWN = """
from django.conf import settings
from dev.server.development import welcome

print((settings.DEMO_SIGN_INS, welcome("http://localhost")))
"""
SCAN_SECONDS = 16
"""A little more than the longest pause between two of beat's scans of the outbox."""


@pytest.fixture(scope="module")
def one() -> Iterator[Machine]:
    """Killed while it made its database for the first time."""
    for made in throwaway():
        made.boot()
        eventually(made.drafts)
        made.end(signal.SIGKILL)
        assert not (made.folder / "postgres" / "PG_VERSION").exists()
        yield made


@pytest.fixture
def machine(one: Machine) -> Machine:
    """Running, in a terminal that was shut meanwhile, whatever the test before did to it."""
    one.start_in_a_closed_terminal()
    return one


def test_killed_while_it_made_its_database_it_starts_anew(machine: Machine) -> None:
    """And outlives its terminal."""
    assert "The demo is ready." in machine.said
    assert machine.drafts() == []


def test_it_says_where_it_is_and_who_may_sign_in(machine: Machine) -> None:
    address = f"http://localhost:{machine.port}"
    welcome = machine.said.partition("Gantry is ready.\n\n")[2]
    assert welcome.splitlines()[:6] == [
        f"    {address}                 the server",
        f"    {address}/api/docs        the API, explained",
        f"    {address}/admin/          the admin",
        "",
        "Sign in as admin@example.com with the password gantry-demo; the other",
        "demo people at example.com have the same one. Ctrl-C stops everything.",
    ]


def test_everything_is_up(machine: Machine) -> None:
    ask = machine.wire.ask
    assert ask("GET", "/") == {"message": "Server is running successfully!"}
    assert ask("GET", "/api/health") == {"status": "ok"}
    assert ask("GET", "/readyz") == UP


def console(machine: Machine) -> str:
    return machine.log.read_text()


@pytest.mark.parametrize(
    ("nick", "name"), [("admin", "Robin Keller"), ("ada", "Ada Moreau"), ("lucy", "Lucy Bennett")]
)
def test_the_demo_people_sign_in(machine: Machine, nick: str, name: str) -> None:
    person = machine.wire.signed_in(f"{nick}@example.com", PASSWORD)
    assert person.ask("GET", "/api/auth/me")["data"]["name"] == name


def front_page(machine: Machine) -> str:
    connection = HTTPConnection("127.0.0.1", machine.port)
    connection.request("GET", "/", headers={"Accept": "text/html"})
    page = connection.getresponse().read().decode()
    connection.close()
    return page


def test_the_front_page_shows_who_may_sign_in(machine: Machine) -> None:
    assert "gantry-demo" in front_page(machine)


def test_a_taken_port_is_refused(tmp_path: Path) -> None:
    with socket.socket() as taken:
        port = local.free_port()
        taken.bind(("127.0.0.1", port))
        taken.listen()
        told = f"Port {port} is taken: set PORT to a free one.\n"
        ended = forked(tmp_path, port)
        assert (ended.returncode, ended.stdout + ended.stderr) == (1, told)


def test_a_folder_in_use_is_refused(machine: Machine) -> None:
    ended = forked(machine.folder, machine.port)
    assert (ended.returncode, ended.stdout + ended.stderr) == (1, in_use(machine))
    assert machine.wire.ask("GET", "/readyz")["status"] == "ok"


def in_use(machine: Machine) -> str:
    where = f"{machine.folder}, at http://localhost:{machine.port}"
    return f"Another Gantry is running on {where}: stop it, or set another DATA_DIR.\n"


def secrets_of(machine: Machine) -> set[str]:
    """What stands in the machine's generated settings and is for nobody else."""
    values = local.read(machine.folder / "environment")
    passwords = {str(urlsplit(value).password) for value in values.values() if "://" in value}
    return passwords | {values["SECRET_KEY"], values["JWT_SECRET"]}


def test_no_server_or_command_line_tells_a_secret(machine: Machine) -> None:
    secrets = secrets_of(machine)
    assert len(secrets) == 6
    processes = machine.alive()
    servers = {pid for pid, name in processes.items() if re.search(r"valkey|postgres", name)}
    assert len(servers) > 3
    shown = {f"{pid}/cmdline" for pid in processes} | {f"{pid}/environ" for pid in servers}
    told = {
        path: Path("/proc", path).read_text(errors="replace")
        for path in shown
        if Path("/proc", path).exists()
    }
    assert {path for path, text in told.items() if any(one in text for one in secrets)} == set()
    foreign = [pid for pid in processes if Path(f"/proc/{pid}").stat().st_uid != os.geteuid()]
    assert set(foreign) <= servers


def test_a_database_of_ones_own_gets_no_demo(tmp_path: Path) -> None:
    """Whatever DATABASE_URL names may be a production server's."""
    own = {"DATABASE_URL": COMPLETE["DATABASE_URL"], "DIRECT_URL": COMPLETE["DATABASE_URL"]}
    told = forked(tmp_path, local.free_port(), SHOWN, **own)
    assert told.returncode == 0, told.stderr
    sign_ins, welcome = literal_eval(told.stdout)
    assert sign_ins == {}
    assert "nobody of the demo was added" in welcome
    assert "admin@example.com" not in welcome


def test_the_console_tells_of_requests_and_not_of_scans_that_found_nothing(
    machine: Machine,
) -> None:
    # Beat and relay scan every few seconds; they have run by the time one period is over.
    time.sleep(max(0, machine.ready_at + SCAN_SECONDS - time.monotonic()))
    machine.wire.ask("GET", "/health")
    eventually(lambda: "path=/health " in console(machine))
    told = console(machine).partition("Ctrl-C stops everything.")[2].splitlines()
    # The questions whether the web server is alive are no news.
    assert "/livez" not in "".join(told)
    known = ("request [gantry.request]", "gantry  | web ")
    assert [line for line in told if line and not any(one in line for one in known)] == []
    assert "SecurityWarning" not in console(machine)


def test_a_task_for_a_colleague_becomes_a_mail(machine: Machine) -> None:
    ada = machine.wire.signed_in("ada@example.com", PASSWORD)
    ben = machine.wire.signed_in("ben@example.com", PASSWORD).ask("GET", "/api/auth/me")["data"]
    made = ada.ask("POST", "/api/workspaces", {"name": "Boats"}, status=201)["data"]
    member = {"workspaceId": made["id"], "email": ben["email"]}
    ada.ask("POST", "/api/workspace/add-member", member, status=201)
    project = {"workspaceId": made["id"], "name": "Harbour", "team_members": [ben["email"]]}
    project = ada.ask("POST", "/api/projects", project, status=201)["data"]
    task = {"title": "Fold the boat", "assigneeId": ben["id"]}
    ada.ask("POST", f"/api/projects/{project['id']}/tasks", task, status=201)

    eventually(lambda: mails_to("ben@example.com", machine))
    [mail] = mails_to("ben@example.com", machine)
    assert "\nSubject: Assigned to you: Fold the boat" in mail
    line = r"mail_sent .* file=(.+?) subject='Assigned to you: Fold the boat.* to=ben@example\.com"
    eventually(lambda: re.search(line, console(machine)))
    told = re.search(line, console(machine))
    assert told
    # The console quotes what holds a space.
    file = literal_eval(told[1]) if " " in told[1] else told[1]
    assert Path(file).read_text() == mail


def mails_to(address: str, machine: Machine) -> list[str]:
    mails = [file.read_text() for file in (machine.folder / "mail").glob("*")]
    return [mail for mail in mails if f"\nTo: {address}\n" in mail]


def test_files_are_for_their_owner_alone(machine: Machine) -> None:
    ada = machine.wire.signed_in("ada@example.com", PASSWORD)
    ada.ask("POST", "/api/auth/password/forgot", {"email": "ada@example.com"})
    eventually(lambda: mails_to("ada@example.com", machine))
    cluster = (machine.folder / "postgres").resolve()
    paths = [machine.folder, *machine.folder.rglob("*"), cluster, *cluster.rglob("*")]
    assert len({path.parent for path in paths}) > 10
    public = [path for path in paths if not path.is_symlink() and path.lstat().st_mode & 0o077]
    assert [path for path in public if not path.is_socket()] == []


def test_killed_it_comes_back_in_a_terminal_it_cannot_write_to_and_ends_with_that(
    machine: Machine, tmp_path: Path
) -> None:
    admin = machine.wire.signed_in("admin@example.com", PASSWORD)
    admin.ask("POST", "/api/workspaces", {"name": "Kept"}, status=201)
    before = rows_of(admin)
    assert [made["name"] for made in before[0]["data"]].count("Kept") == 1
    assert len(before[1]["data"]) > 1
    assert manage(machine, "check", "--database=default") == (0, WELL)

    alive = machine.alive().keys()
    machine.end(signal.SIGKILL)
    # What it leaves is still ending, and holds the port.
    terminal = Terminal(machine, f"exec {Terminal.START} <&- >&- 2>&-", tmp_path)
    check_others_are_refused(machine)
    eventually(machine.serves, START_PATIENCE)
    assert rows_of(admin) == before
    machine.eventually(lambda: alive.isdisjoint(machine.alive()))

    terminal.close()
    machine.eventually(lambda: not machine.alive())
    # It had time to note that all has been stopped.
    assert (machine.folder / "lock").read_text() == ""
    check_command_says_that_nothing_runs(machine)


def rows_of(person: Wire) -> list[Any]:
    return [person.ask("GET", f"/api/{rows}") for rows in ("workspaces", "projects")]


def check_others_are_refused(machine: Machine) -> None:
    """Of several that start on one folder at once one serves, and the others say where."""
    lock = f":{(machine.folder / 'lock').stat().st_ino} "
    eventually(lambda: lock in Path("/proc/locks").read_text())
    eventually((machine.folder / "lock").read_text)
    ports = (machine.port, machine.port + 1)
    commands = [development(machine.folder, port) for port in ports]
    started = [processes.start(command, subprocess.PIPE) for command in commands]
    said = {process.communicate(timeout=60)[0].decode() for process in started}
    assert [process.returncode for process in started] == [1, 1]
    assert said == {in_use(machine)}


def check_command_says_that_nothing_runs(machine: Machine) -> None:
    code, said = manage(machine, "showmigrations")
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith("No database answers (connection failed: ")
    assert said.endswith("): bin/dev runs one, or set DATABASE_URL.\n")


def manage(machine: Machine, *arguments: str) -> tuple[int, str]:
    """`bin/manage`, by somebody who has chosen nothing but the machine's folder."""
    ended = production.manage(*arguments, **machine.command().env)
    return ended.returncode, ended.stdout + ended.stderr
