"""A PostgreSQL of a test's own, which it may stop, freeze and fill."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from django.db import connections

from config import local, processes
from config.processes import Command
from dev.server import binaries
from tests.support.programs import eventually

MOST_CONNECTIONS = 30
PREPARATION = (
    "CREATE ROLE gantry_owner LOGIN CREATEDB",
    "CREATE ROLE gantry_app LOGIN",
    "CREATE DATABASE gantry OWNER gantry_owner",
)


class OwnPostgres:
    """A cluster in a folder, which asks for passwords if its superuser has one."""

    def __init__(self, folder: Path, password: str = "") -> None:
        self.password = password
        self.port = local.free_port()
        self.account = binaries.postgres_account()
        self.folder = folder / "cluster"
        self.folder.mkdir(mode=0o700)
        if self.account:
            folder.chmod(binaries.REACHABLE_FOLDER)
            os.chown(self.folder, self.account.uid, self.account.gid)
        self.process: subprocess.Popen[bytes] | None = None
        asking = self._asking_for_passwords(folder) if password else ["--auth=trust"]
        self._run("initdb", "-U", "postgres", "-E", "UTF8", "--no-sync", *asking).wait(60)

    def url(self, role: str, database: str = "gantry") -> str:
        secret = f":{quote(self.password, safe='')}" if role == "postgres" and self.password else ""
        return f"postgres://{role}{secret}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as superuser:
            for statement in PREPARATION:
                superuser.execute(statement)
        self._copy_tables()

    def _copy_tables(self) -> None:
        """Those of the worker's own database, which takes a tenth of a `migrate`."""
        known = urlsplit(os.environ["EMBEDDED_SUPERUSER_URL"])
        source = known._replace(path=f"/{connections.settings['default']['NAME']}").geturl()
        dump, psql = (str(binaries.postgres_programs() / name) for name in ("pg_dump", "psql"))
        dumped = subprocess.run([dump, source], check=True, capture_output=True)
        target = [psql, "-qX", "-v", "ON_ERROR_STOP=1", "-d", self.url("postgres")]
        subprocess.run(target, input=dumped.stdout, check=True, stdout=subprocess.DEVNULL)

    def addresses(self) -> dict[str, str]:
        return {"DATABASE_URL": self.url("gantry_app"), "DIRECT_URL": self.url("gantry_owner")}

    def start(self) -> None:
        """Start unless it runs, and return once it accepts connections."""
        if self.process and self.process.poll() is None:
            return
        most = f"max_connections={MOST_CONNECTIONS}"
        options = ["-c", most, "-c", "fsync=off", "-c", "listen_addresses=127.0.0.1"]
        options += ["-c", "unix_socket_directories="]
        self.process = self._run("postgres", "-p", str(self.port), *options)
        eventually(self._answers)

    def stop_at_once(self) -> None:
        """As `pg_ctl stop -m immediate` does."""
        assert self.process
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop the server and its sessions, not the kernel that answers TCP for them."""
        assert self.process
        self._signal_all(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal_all(signal.SIGCONT)

    def waiting(self) -> int:
        """How many sessions wait for a lock."""
        with psycopg.connect(self.url("postgres")) as superuser:
            return superuser.execute("SELECT FROM pg_locks WHERE NOT granted").rowcount

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Refuse writes in every transaction that begins from now on."""
        try:
            self._set("default_transaction_read_only = on")
            yield
        finally:
            self._set("default_transaction_read_only = off")

    def _set(self, setting: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as superuser:
            superuser.execute("SET default_transaction_read_only = off")
            for statement in (f"ALTER SYSTEM SET {setting}", "SELECT pg_reload_conf()"):
                superuser.execute(statement)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Take every connection that is left to ordinary roles."""
        with ExitStack() as taken:
            with suppress(psycopg.OperationalError):
                while True:
                    taken.enter_context(psycopg.connect(self.url("gantry_owner")))
            yield

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.stop_at_once()

    def _asking_for_passwords(self, folder: Path) -> list[str]:
        file = folder / "password"
        file.write_text(self.password)
        if self.account:
            os.chown(file, self.account.uid, self.account.gid)
        return ["--auth=scram-sha-256", f"--pwfile={file}"]

    def _signal_all(self, wanted: signal.Signals) -> None:
        assert self.process
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(each, wanted)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url("postgres", "postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        argv = [str(binaries.postgres_programs() / program), "-D", str(self.folder), *arguments]
        command = Command(program, argv, account=self.account, folder=self.folder)
        return processes.start(command, subprocess.DEVNULL)


@pytest.fixture(scope="module")
def own_postgres(django_db_setup: None) -> Iterator[OwnPostgres]:
    """Shared by the tests of a module, each of which leaves it running."""
    with TemporaryDirectory(prefix="gantry-own-postgres-") as name:
        server = OwnPostgres(Path(name))
        server.start()
        try:
            server.prepare()
            yield server
        finally:
            server.close()
