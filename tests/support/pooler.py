"""A real PgBouncer in transaction mode, from Debian's package where the machine has none."""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

from config import local
from config.processes import Command
from dev.server import binaries
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually

SERVER_CONNECTIONS = 2
CONFIGURATION = """
[databases]
{name} = host=127.0.0.1 port={server} dbname={name} user={role} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
"""


@pytest.fixture
def pooler(
    request: pytest.FixtureRequest, committed_db: CommittedDatabase, started: Programs
) -> Iterator[str]:
    """The address of the test's database through the pooler, as the runtime role."""
    assert request.node.get_closest_marker("debian"), "mark this test: bin/test needs Python alone"
    address, port = urlsplit(committed_db.url), local.free_port()
    with TemporaryDirectory(prefix="gantry-pooler-") as name:
        folder = Path(name)
        program, libraries = _within_reach(folder)
        settings_file = folder / "pgbouncer.ini"
        settings_file.write_text(
            CONFIGURATION.format(
                name=committed_db.name,
                server=address.port,
                role=address.username,
                password=address.password,
                port=port,
                connections=SERVER_CONNECTIONS,
            )
        )
        account = binaries.postgres_account()
        if account:
            os.chown(settings_file, account.uid, account.gid)
        command = Command("pgbouncer", [str(program), str(settings_file)], account=account)
        process = started.start(command, LD_LIBRARY_PATH=libraries)
        url = committed_db.url.replace(f":{address.port}/", f":{port}/")
        eventually(lambda: process.poll() is not None or _answers(url))
        assert process.poll() is None, started.log.read_text()
        yield url
        started.stop(process)


def _within_reach(folder: Path) -> tuple[Path, str]:
    """The program where the system user can start it, and the folder of its libraries."""
    folder.chmod(binaries.PUBLIC_FOLDER)
    installed = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if installed:
        return Path(installed), ""
    shutil.copytree(_unpacked(), folder / "package")
    package = folder / "package"
    libraries = [*package.glob("usr/lib/*-linux-*"), *package.glob("lib/*-linux-*")]
    return package / "usr/sbin/pgbouncer", ":".join(map(str, libraries))


def _unpacked() -> Path:
    """Debian's package and its libraries, fetched once; nothing is installed or started."""
    shelf: Path = settings.DATA_DIR.parent / "pgbouncer"
    with (settings.DATA_DIR.parent / "pgbouncer.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not shelf.exists():
            with TemporaryDirectory(dir=shelf.parent) as name:
                _fetch(Path(name))
                (Path(name) / "root").rename(shelf)
    return shelf


def _fetch(folder: Path) -> None:
    (folder / "lists/partial").mkdir(parents=True)
    # Lists of its own, so that neither root nor a lock is needed.
    own = ["-o", f"Dir::State::lists={folder}/lists", "-o", f"Dir::Cache={folder}"]
    own += ["-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=1"]
    _run(folder, "apt-get", *own, "update")
    needed = _run(folder, "apt-cache", *own, "depends", "pgbouncer")
    libraries = re.findall(r"Depends: (lib(?!c6)\S*)", needed)
    _run(folder, "apt-get", *own, "download", "pgbouncer", *libraries)
    for package in folder.glob("*.deb"):
        _run(folder, "dpkg-deb", "--extract", str(package), "root")


def _run(folder: Path, program: str, *arguments: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.fail(f"PgBouncer is not installed, and there is no {program} to fetch it with.")
    done = subprocess.run(
        [path, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(f"PgBouncer is not installed and cannot be fetched: {done.stderr}")
    return done.stdout


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, prepare_threshold=None, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False
