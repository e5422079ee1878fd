"""Data folder, secrets and ports for development and tests, where nothing is configured."""

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

# Below the kernel's range for outgoing connections, which could otherwise use the same port.
PORTS = range(20_000, 32_000)
PRIVATE_FOLDER = 0o700
LONGEST_FOLDER = 900
"""Bytes. With the names of its files, PostgreSQL truncates paths longer than 1024."""
DATABASE = "gantry"
"""The name of the embedded database."""
POSTGRES_KEYS = ("DATABASE_URL", "DIRECT_URL", "EMBEDDED_SUPERUSER_URL")
# Keys that the environment did not set and this module did: the embedded servers provide them.
CHOSEN_HERE: set[str] = set()
_holder: list[int] = []
"""The file descriptor of the lock file while it is locked, else empty."""


def prepare() -> Path:
    """Create the data folder and its settings if need be, and put them into the environment.

    Returns the folder; SystemExit if it cannot be used.
    """
    folder = _chosen_folder()
    with usable(folder):
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        file = folder / "environment"
        # Not of a folder with other files, which was perhaps named by mistake.
        if file.exists() or not any(folder.iterdir()):
            folder.chmod(PRIVATE_FOLDER)
        if not file.exists():
            _make_settings(file)
        _offer(read(file))
    return folder


@contextmanager
def usable(folder: Path) -> Iterator[None]:
    """Turn an OSError in the block, such as a full disk, into SystemExit with one sentence."""
    try:
        yield
    except OSError as problem:
        raise SystemExit(f"DATA_DIR {folder} cannot be used: {problem.strerror}.") from None


def _chosen_folder() -> Path:
    try:
        folder = env.folder("DATA_DIR", env.ROOT / ".local")
    except (OSError, RuntimeError) as problem:  # a loop of links; `~` of an unknown user
        raise SystemExit(f"DATA_DIR cannot be used: {problem}") from None
    # Other characters break messages of one line, and PostgreSQL's files that contain the path.
    if not str(folder).isprintable():
        raise SystemExit(f"DATA_DIR {str(folder)!r} must be made of printable characters.")
    if len(os.fsencode(folder)) > LONGEST_FOLDER:
        raise SystemExit(f"DATA_DIR is longer than {LONGEST_FOLDER} bytes.")
    return folder


def _make_settings(file: Path) -> None:
    """Write the settings unless a concurrent process has written them."""
    # Not the lock of `lock`, which a running server holds while other commands read the settings.
    gate = os.open(file.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not file.exists():
            write(file, _fresh())
    finally:
        os.close(gate)


def _offer(settings: dict[str, str]) -> None:
    """Put the settings into the environment whose keys are not set there."""
    if os.environ.get("DATABASE_URL"):
        settings = {key: settings[key] for key in settings if key not in POSTGRES_KEYS}
    missing = {key: value for key, value in settings.items() if not os.environ.get(key)}
    os.environ.update(missing)
    CHOSEN_HERE.update(missing)


def has_own_database() -> bool:
    """Whether PostgreSQL runs in the data folder, because DATABASE_URL was not set."""
    return "DATABASE_URL" in CHOSEN_HERE


def uses_embedded_database() -> bool:
    """As `has_own_database`, for processes of the supervisor, which sets DATABASE_URL."""
    return os.environ.get("DATABASE_URL") == read(DATA_DIR / "environment").get("DATABASE_URL")


def lock(address: str = "") -> bool:
    """Lock the data folder until this process ends; SystemExit if another process has locked it.

    Returns whether the previous holder was killed. `address` is shown to processes that find the
    folder locked.
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
    # The previous holder may have changed ports after this process read the settings.
    kept = read(DATA_DIR / "environment")
    os.environ.update({key: kept[key] for key in CHOSEN_HERE & kept.keys()})
    return bool(before)


def unlock() -> None:
    """Record a clean stop; the lock itself is released at the end of the process."""
    _note("")


def _note(address: str) -> None:
    for held in _holder:
        os.ftruncate(held, 0)
        os.pwrite(held, address.encode(), 0)


def read(file: Path) -> dict[str, str]:
    lines = file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def write(file: Path, values: dict[str, str]) -> None:
    """Write atomically a file that only its owner can read."""
    draft = file.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as out:
        out.writelines(f"{key}={value}\n" for key, value in values.items())
        out.flush()
        # Without it, a loss of power could leave an empty file under the final name.
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
    """SystemExit if no server can listen there."""
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
        # No mail server, so addresses cannot be verified.
        "EMAIL_VERIFICATION": "optional",
    }


DATA_DIR = prepare()
