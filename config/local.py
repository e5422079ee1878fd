"""The folder, secrets and addresses of a machine nobody has configured (development and tests)."""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from typing import TYPE_CHECKING

from config import env

if TYPE_CHECKING:
    from pathlib import Path

# Below the range the kernel hands out for outgoing connections, which could take the port away.
PORTS = range(20_000, 32_000)
PRIVATE_FOLDER = 0o700
DATABASE = "gantry"
"""The name of the embedded one."""
POSTGRES_KEYS = ("DATABASE_URL", "DIRECT_URL", "EMBEDDED_SUPERUSER_URL")
# What the person who started this process left open; the embedded servers fill it.
CHOSEN_HERE: set[str] = set()


def prepare() -> Path:
    """Return the data folder, with its settings made once and put into the environment."""
    folder = env.folder("DATA_DIR", env.ROOT / ".local")
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    file = folder / "environment"
    # Somebody's full folder, named by mistake, keeps the mode it has.
    if file.exists() or not any(folder.iterdir()):
        folder.chmod(PRIVATE_FOLDER)
    if not file.exists():
        write(file, _fresh())
    offered = read(file)
    if os.environ.get("DATABASE_URL"):
        offered = {key: offered[key] for key in offered if key not in POSTGRES_KEYS}
    missing = {key: value for key, value in offered.items() if not os.environ.get(key)}
    os.environ.update(missing)
    CHOSEN_HERE.update(missing)
    return folder


def has_own_database() -> bool:
    """Whether PostgreSQL runs in the data folder, and not where DATABASE_URL names one."""
    return "DATABASE_URL" in CHOSEN_HERE


def uses_embedded_database() -> bool:
    """The same, asked in any process that the supervisor has started."""
    return os.environ.get("DATABASE_URL") == read(DATA_DIR / "environment").get("DATABASE_URL")


def lock() -> None:
    """Hold the data folder until this process ends, however it ends."""
    held = os.open(DATA_DIR / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(
            f"Another Gantry is running on {DATA_DIR}: stop it, or set another DATA_DIR."
        ) from None


def read(file: Path) -> dict[str, str]:
    lines = file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def write(file: Path, values: dict[str, str]) -> None:
    """Readable by the owner only, and never half-written."""
    draft = file.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as out:
        out.writelines(f"{key}={value}\n" for key, value in values.items())
    draft.replace(file)


def free_port() -> int:
    for _ in range(200):
        port = secrets.choice(PORTS)
        if is_free(port):
            return port
    raise SystemExit(f"No free port found between {PORTS.start} and {PORTS.stop} on 127.0.0.1.")


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


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
