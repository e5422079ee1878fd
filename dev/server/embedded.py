"""Embedded PostgreSQL and Valkey for development and tests."""

from __future__ import annotations

import glob
import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import redis
from psycopg import sql

from config import local, processes
from config.processes import Command
from dev.server import binaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

START_PATIENCE = 60.0
DRAFT = "-draft-"
"""Part of the names of files that a first start creates and then renames."""
TUNING = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Databases that live for seconds are not worth cleaning.
    "autovacuum": "off",
    "max_wal_size": "1GB",
    # Each new connection hashes its password as often.
    "scram_iterations": "1",
}


def servers(*, durable: bool = True) -> list[Command]:
    """The servers to start: those for which the environment named no URL.

    Their settings are put into the environment. Call it with the data folder locked.
    """
    wanted = []
    with local.usable(local.DATA_DIR):
        if "DATABASE_URL" in local.CHOSEN_HERE:
            wanted.append(_postgres(binaries.postgres_folder(local.DATA_DIR), durable=durable))
        if "REDIS_URL" in local.CHOSEN_HERE:
            wanted.append(_valkey(local.DATA_DIR / "valkey", durable=durable))
    return wanted


def start(server: Command) -> subprocess.Popen[bytes]:
    """Start one server and wait until it answers; SystemExit if it does not."""
    log = log_of(server)
    with log.open("ab") as output:
        process = processes.start(server, output)
    try:
        _wait(process, ANSWERS[server.name], server)
    except BaseException:
        processes.stop(process, server)
        raise
    return process


@contextmanager
def running(*, durable: bool = True) -> Iterator[None]:
    """Run the servers during a block."""
    local.lock()
    with ExitStack() as stack:
        for server in servers(durable=durable):
            stack.callback(processes.stop, start(server), server)
        yield


def log_of(server: Command) -> Path:
    return local.DATA_DIR / f"{server.name}.log"


def _postgres(folder: Path, *, durable: bool) -> Command:
    account = binaries.postgres_account()
    programs = binaries.postgres_programs()
    processes.end_leftover(folder / "postmaster.pid", str(folder), signal.SIGINT)
    if not (folder / "PG_VERSION").exists():
        _initialise(folder, programs, account)
    port = _own_port("DATABASE_URL", local.POSTGRES_KEYS)
    options = {
        **TUNING,
        **({} if durable else FORGETFUL),
        "listen_addresses": "127.0.0.1",
        # No Unix socket: its path may have about a hundred bytes only, and would need quoting.
        "unix_socket_directories": "",
    }
    settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
    argv = [str(programs / "postgres"), "-D", str(folder), "-p", str(port), *settings]
    stop_signal = signal.SIGINT
    return Command("postgres", argv, {}, account, folder, stop_signal, knows_secrets=False)


def _initialise(folder: Path, programs: Path, account: processes.Account | None) -> None:
    # Created under another name, then renamed: a killed first start leaves no incomplete cluster.
    _remove_drafts(folder)
    draft = folder.with_name(f"{folder.name}{DRAFT}{uuid4().hex}")
    draft.mkdir(mode=0o700)
    secret = draft.with_suffix(".secret")
    password = urlsplit(os.environ["EMBEDDED_SUPERUSER_URL"]).password or ""
    with os.fdopen(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w") as out:
        out.write(password)
    if account:
        os.chown(draft, account.uid, account.gid)
        os.chown(secret, account.uid, account.gid)
    argv = [str(programs / "initdb"), "-D", str(draft), "-U", "postgres", "-E", "UTF8"]
    argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    argv += ["--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync", "--no-instructions"]
    command = Command("initdb", argv, account=account, folder=draft, knows_secrets=False)
    try:
        made = processes.start(command, subprocess.PIPE)
        output, _ = made.communicate()
    finally:
        secret.unlink()
    if made.returncode:
        _remove_drafts(folder)
        raise SystemExit(f"PostgreSQL could not make its folder: {_problem_in(output.decode())}")
    draft.rename(folder)


def _remove_drafts(folder: Path) -> None:
    """Remove what killed first starts have left."""
    for draft in folder.parent.glob(f"{glob.escape(folder.name)}{DRAFT}*"):
        if draft.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink(missing_ok=True)


def _problem_in(output: str) -> str:
    """The line of `initdb`'s output with the error, or the first line if none is marked as one."""
    lines = output.strip().splitlines() or ["it said nothing."]
    said = [line for line in lines if "error: " in line or "FATAL: " in line]
    return (said or lines)[0]


def _valkey(folder: Path, *, durable: bool) -> Command:
    folder.mkdir(mode=0o700, exist_ok=True)
    pid_file = folder / "valkey.pid"
    conf = folder / "valkey.conf"
    argument = _without_wildcards(str(conf))
    processes.end_leftover(pid_file, argument, signal.SIGTERM)
    port = _own_port("REDIS_URL", ("REDIS_URL",))
    password = urlsplit(os.environ["REDIS_URL"]).password or ""
    # The password is in a file, because all users can read command lines.
    with os.fdopen(os.open(conf, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as out:
        out.write(f"requirepass {password}\nport {port}\nbind 127.0.0.1\nprotected-mode yes\n")
        # Relative to the folder it starts in, so that no path has to be quoted.
        out.write(f'pidfile {pid_file.name}\nmaxmemory-policy noeviction\nsave ""\n')
        # Without a changed process title the next start recognises a leftover by its command line.
        out.write("set-proc-title no\nappendfsync everysec\n")
        out.write(f"appendonly {'yes' if durable else 'no'}\n")
    argv = [str(binaries.valkey_program()), argument]
    return Command("valkey", argv, folder=folder, knows_secrets=False)


def _without_wildcards(path: str) -> str:
    """The path with wildcards escaped: Valkey takes a path that has some for a pattern."""
    has_some = any(wildcard in path for wildcard in "*?[")
    return re.sub(r"([*?\[\]\\])", r"\\\1", path) if has_some else path


def _own_port(key: str, keys: tuple[str, ...]) -> int:
    """The stored port; if another program uses it, a new one, which is stored under `keys`."""
    port = urlsplit(os.environ[key]).port
    if port and local.is_free(port):
        return port
    fresh = local.free_port()
    file = local.DATA_DIR / "environment"
    values = local.read(file)
    for name in keys:
        values[name] = values[name].replace(f"@127.0.0.1:{port}/", f"@127.0.0.1:{fresh}/")
        os.environ[name] = values[name]
    local.write(file, values)
    return fresh


def _wait(process: subprocess.Popen[bytes], answers: Callable[[], None], server: Command) -> None:
    deadline = time.monotonic() + START_PATIENCE
    while True:
        try:
            return answers()
        except (psycopg.OperationalError, redis.RedisError) as problem:
            if process.poll() is not None or time.monotonic() > deadline:
                text = f"{server.name} did not start; {log_of(server)} says why."
                raise SystemExit(text) from problem
            time.sleep(0.05)


def _postgres_answers() -> None:
    owner, app = (urlsplit(os.environ[key]) for key in ("DIRECT_URL", "DATABASE_URL"))
    with psycopg.connect(os.environ["EMBEDDED_SUPERUSER_URL"], autocommit=True) as connection:
        _keep_role(connection, str(owner.username), str(owner.password), "CREATEDB")
        _keep_role(connection, str(app.username), str(app.password), "NOCREATEDB")
        name = owner.path.lstrip("/")
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not known.fetchone():
            made = sql.SQL("CREATE DATABASE {} OWNER {}")
            names = (sql.Identifier(name), sql.Identifier(str(owner.username)))
            connection.execute(made.format(*names))


def _keep_role(
    connection: psycopg.Connection[tuple[object, ...]], name: str, password: str, power: str
) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    statement = "ALTER ROLE {} " if known else "CREATE ROLE {} "
    powers = f"LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE {power} PASSWORD {{}}"
    wanted = sql.SQL(statement + powers).format(sql.Identifier(name), sql.Literal(password))
    connection.execute(wanted)


def _valkey_answers() -> None:
    with redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=2) as client:
        client.ping()


ANSWERS: dict[str, Callable[[], None]] = {
    "postgres": _postgres_answers,
    "valkey": _valkey_answers,
}
