"""The folder, secrets and addresses of a machine nobody has configured (development and tests)."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from config import env

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Below the range the kernel hands out for outgoing connections, which could take the port away.
PORTS = range(20_000, 32_000)
PRIVATE_FOLDER = 0o700
LONGEST_FOLDER = 900
"""Bytes. PostgreSQL cuts off what is longer than 1024, with the names of its files."""
DATABASE = "gantry"
"""The name of the embedded one."""
POSTGRES_KEYS = ("DATABASE_URL", "DIRECT_URL", "EMBEDDED_SUPERUSER_URL")
# What the person who started this process left open; the embedded servers fill it.
CHOSEN_HERE: set[str] = set()
_holder: list[int] = []
"""The open lock file, once it is held."""


def prepare() -> Path:
    """Return the data folder, with its settings made once and put into the environment.

    SystemExit says in one sentence why a folder cannot be used.
    """
    folder = _chosen_folder()
    with usable(folder):
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        file = folder / "environment"
        # Somebody's full folder, named by mistake, keeps the mode it has.
        if file.exists() or not any(folder.iterdir()):
            folder.chmod(PRIVATE_FOLDER)
        if not file.exists():
            _make_settings(file)
        _offer(read(file))
    return folder


@contextmanager
def usable(folder: Path) -> Iterator[None]:
    """Tell of a folder without rights or room in one sentence."""
    try:
        yield
    except OSError as problem:
        raise SystemExit(f"DATA_DIR {folder} cannot be used: {problem.strerror}.") from None


def _chosen_folder() -> Path:
    try:
        folder = env.folder("DATA_DIR", env.ROOT / ".local")
    except (OSError, RuntimeError) as problem:  # a ring of links; `~` of a user who does not exist
        raise SystemExit(f"DATA_DIR cannot be used: {problem}") from None
    # They could not be told of in one line, nor stand in the files of PostgreSQL.
    if not str(folder).isprintable():
        raise SystemExit(f"DATA_DIR {str(folder)!r} must be made of printable characters.")
    if len(os.fsencode(folder)) > LONGEST_FOLDER:
        raise SystemExit(f"DATA_DIR is longer than {LONGEST_FOLDER} bytes.")
    return folder


def _make_settings(file: Path) -> None:
    """Once, whoever else is starting on the same folder."""
    # Another lock than that of a running server, beside which other commands read the settings.
    gate = os.open(file.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not file.exists():
            write(file, _fresh())
    finally:
        os.close(gate)


def _offer(settings: dict[str, str]) -> None:
    """Put those into the environment that nobody has set there."""
    if os.environ.get("DATABASE_URL"):
        settings = {key: settings[key] for key in settings if key not in POSTGRES_KEYS}
    missing = {key: value for key, value in settings.items() if not os.environ.get(key)}
    os.environ.update(missing)
    CHOSEN_HERE.update(missing)


def has_own_database() -> bool:
    """Whether PostgreSQL runs in the data folder, and not where DATABASE_URL names one."""
    return "DATABASE_URL" in CHOSEN_HERE


def uses_embedded_database() -> bool:
    """The same, asked in any process that the supervisor has started."""
    return os.environ.get("DATABASE_URL") == read(DATA_DIR / "environment").get("DATABASE_URL")


def lock(address: str = "") -> bool:
    """Hold the data folder until this process ends; whether whoever held it before was killed.

    Whoever comes meanwhile is told the address.
    """
    with usable(DATA_DIR):
        held = os.open(DATA_DIR / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    before = os.read(held, 1000).decode()
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        where = f", at {before}" if before else ""
        raise SystemExit(
            f"Another Gantry is running on {DATA_DIR}{where}: stop it, or set another DATA_DIR."
        ) from None
    _holder.append(held)
    _note(address)
    # Whoever held it may have moved to other ports since this process read them.
    kept = read(DATA_DIR / "environment")
    os.environ.update({key: kept[key] for key in CHOSEN_HERE & kept.keys()})
    return bool(before)


def unlock() -> None:
    """Note that all has been stopped; the lock itself ends with the process."""
    _note("")


def _note(address: str) -> None:
    for held in _holder:
        os.ftruncate(held, 0)
        os.pwrite(held, address.encode(), 0)


def read(file: Path) -> dict[str, str]:
    lines = file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def write(file: Path, values: dict[str, str]) -> None:
    """Readable by the owner only, and never half-written."""
    draft = file.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as out:
        out.writelines(f"{key}={value}\n" for key, value in values.items())
        out.flush()
        # Or the name could outlive a loss of power without the content.
        os.fsync(out.fileno())
    draft.replace(file)


def free_port() -> int:
    for _ in range(200):
        port = secrets.choice(PORTS)
        if is_free(port):
            return port
    raise SystemExit(f"No free port found between {PORTS.start} and {PORTS.stop} on 127.0.0.1.")


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    try:
        _bind(host, port)
    except OSError:
        return False
    return True


def check_address(host: str, port: int) -> None:
    """SystemExit where no server can listen."""
    try:
        _bind(host, port)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            text = f"Port {port} is taken: set PORT to a free one."
        else:
            text = f"No server can listen on HOST {host}, PORT {port}: {problem.strerror}."
        raise SystemExit(text) from None


def _bind(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)


def _fresh() -> dict[str, str]:
    postgres = free_port()
    owner, app, superuser, valkey = (secrets.token_urlsafe(24) for _ in range(4))
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "JWT_SECRET": secrets.token_urlsafe(48),
        "DATABASE_URL": f"postgres://gantry_app:{app}@127.0.0.1:{postgres}/{DATABASE}",
        "DIRECT_URL": f"postgres://gantry_owner:{owner}@127.0.0.1:{postgres}/{DATABASE}",
        "EMBEDDED_SUPERUSER_URL": f"postgres://postgres:{superuser}@127.0.0.1:{postgres}/postgres",
        "REDIS_URL": f"redis://:{valkey}@127.0.0.1:{free_port()}/0",
        # There is no mail server here to verify addresses with.
        "EMAIL_VERIFICATION": "optional",
    }


DATA_DIR = prepare()
