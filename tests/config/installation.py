"""A server on the internet, set up by the commands of the README in a copy of this project."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from textwrap import dedent
from urllib.parse import quote

import redis

from config import env, local, processes
from config.processes import Command
from dev.server import binaries
from tests.support.own_postgres import OwnPostgres
from tests.support.programs import eventually
from tests.support.sink import Sink

HOST = "gantry.example.com"
SUPERUSER, OWNER, APP, BROKER = (
    f"{name} s3cret@ / : # % + ? & $HOME" for name in ("superuser", "owner", "app", "broker")
)
STAFF = "you@example.com"
STAFF_PASSWORD = "a chair, a lamp and a ladder"
PATIENCE = 180.0
"""Seconds for each step, on a machine that has much else to do."""
NOT_COPIED = (".git", ".venv", ".local*", ".env", ".*_cache", "staticfiles")
# A real environment is installed the same way; the one that runs this test has the same libraries.
LIBRARIES = """\
python3 -m venv .venv
.venv/bin/pip install --require-hashes -r requirements/base.txt
"""
PYTHON = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n'


def commands() -> list[str]:
    """What the README says to type for production, one text for each block."""
    section = (env.ROOT / "README.md").read_text().split("\n## In production\n")[1]
    found = re.findall(r"^ *```sh\n(.*?)^ *```$", section, re.MULTILINE | re.DOTALL)
    return [dedent(block) for block in found]


class Installation:
    """PostgreSQL, Valkey, a mail server and the programs, in `folder`; `close` ends them."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "gantry"
        self.port = local.free_port()
        self.sink = Sink()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._broker_port = local.free_port()
        self._stack = ExitStack()
        self._log = folder / "said"
        shutil.copytree(env.ROOT, self.project, ignore=shutil.ignore_patterns(*NOT_COPIED))
        python = self.project / ".venv/bin/python"
        python.parent.mkdir(parents=True)
        python.write_text(PYTHON)
        python.chmod(0o755)
        self._start_servers(folder)
        self._blocks = [self._here(block) for block in commands()]

    @property
    def said(self) -> str:
        return self._log.read_text()

    def set_up(self) -> None:
        """Steps 1 to 5."""
        roles, libraries, settings, files, staff, _ = self._blocks
        assert libraries == LIBRARIES
        for block in (roles, settings, files):
            assert self._start("sh", "-euc", block).wait(PATIENCE) == 0, self.said
        create, approve = staff.splitlines()
        self._create_superuser(create)
        assert self._start("sh", "-euc", approve).wait(PATIENCE) == 0, self.said

    def start(self) -> None:
        """Step 6; returns when all programs say that they work."""
        for line in self._blocks[-1].splitlines():
            argv = shlex.split(line)
            self.running[argv[-1]] = self._start(*argv)
        eventually(lambda: not local.is_free(self.port), PATIENCE)
        for name in self.running:
            eventually(partial(self.is_well, name), PATIENCE, pause=0.5)

    def is_well(self, program: str, *options: str) -> bool:
        return self.health(program, *options) == ""

    def health(self, program: str, *options: str) -> str:
        """What the health check of a program complains about."""
        argv = [".venv/bin/python", "-m", "config.health", program, *options]
        done = subprocess.run(
            argv,
            cwd=self.project,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert bool(done.returncode) is bool(done.stderr)
        return done.stderr

    def close(self) -> None:
        self._stack.close()

    def _start_servers(self, folder: Path) -> None:
        cluster = folder / "postgres"
        cluster.mkdir()
        postgres = OwnPostgres(cluster, SUPERUSER)
        self._postgres_port = postgres.port
        self._stack.callback(postgres.close)
        postgres.start()
        file = folder / "valkey.conf"
        password = "".join(f"\\x{byte:02x}" for byte in BROKER.encode())
        file.write_text(f'requirepass "{password}"\nport {self._broker_port}\nsave ""\n')
        self._start(str(binaries.valkey_program()), str(file))
        eventually(self._broker_answers)
        self.sink.open()
        self._stack.callback(self.sink.close)

    def _broker_answers(self) -> bool:
        with redis.Redis(port=self._broker_port, password=BROKER, socket_timeout=1) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

    def _here(self, block: str) -> str:
        """The block with the servers and secrets of this test."""
        mail = f"smtp://127.0.0.1:{self.sink.port}"
        for told, meant in {
            "db.example.com:5432": f"127.0.0.1:{self._postgres_port}",
            "first secret": OWNER,
            "second secret": APP,
            "third%20secret": quote(BROKER, safe=""),
            "redis.example.com:6379": f"127.0.0.1:{self._broker_port}",
            "smtp+tls://gantry:fourth%20secret@mail.example.com:587": mail,
        }.items():
            block = block.replace(told, meant)
        return block

    def _create_superuser(self, line: str) -> None:
        """Type the password twice at a terminal, which is what Django asks."""
        terminal = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) != 0)"
        argv = [sys.executable, "-c", terminal, *shlex.split(line)]
        typing = subprocess.Popen(
            argv,
            cwd=self.project,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert typing.stdin
        assert typing.stdout
        shown = b""
        for question in (b"Password: ", b"Password (again): "):
            while question not in shown:
                shown += (part := os.read(typing.stdout.fileno(), 1024))
                assert part, shown
            typing.stdin.write(f"{STAFF_PASSWORD}\n".encode())
            typing.stdin.flush()
        said, _ = typing.communicate(timeout=PATIENCE)
        assert typing.returncode == 0, shown + said

    def _environment(self) -> dict[str, str]:
        """Of somebody who has just logged in, with a port of this test."""
        programs = binaries.postgres_programs()
        return {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PORT": str(self.port),
            "PGPASSWORD": SUPERUSER,
        }

    def _start(self, *argv: str) -> subprocess.Popen[bytes]:
        command = Command(
            argv[0], list(argv), self._environment(), folder=self.project, knows_secrets=False
        )
        with self._log.open("ab") as output:
            process = processes.start(command, output)
        self._stack.callback(processes.stop, process, command)
        return process
