"""Programs of a server on the open internet, in an environment of their own."""

import multiprocessing
import os
import subprocess
import sys
from ast import literal_eval
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from config import env

PATIENCE = 60.0
"""Seconds after which a fork is killed."""
# Its forks have loaded what settings are made of, which takes most of a start.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["config.settings.base"])

# Empty rather than absent, so that a `.env` of somebody's own does not fill them.
UNSET = {
    "DATABASE_PASSWORD": "",
    "DIRECT_URL": "",
    "DIRECT_PASSWORD": "",
    "DB_POOLER": "",
    "EMAIL_URL": "",
    "CORS_ORIGIN": "",
    "SECURE_SSL_REDIRECT": "",
    "SECURE_HSTS_SECONDS": "",
    "LOG_FORMAT": "",
    "LOG_LEVEL": "",
    "OIDC_ISSUER": "",
    "OIDC_CLIENT_ID": "",
    "OIDC_CLIENT_SECRET": "",
    "GOOGLE_CLIENT_ID": "",
    "GOOGLE_CLIENT_SECRET": "",
    "GITHUB_CLIENT_ID": "",
    "GITHUB_CLIENT_SECRET": "",
    "GITHUB_URL": "",
}
COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "ALLOWED_HOSTS": "gantry.example.com",
    "TRUSTED_PROXY_COUNT": "1",
    "FRONTEND_URL": "https://app.example.com",
    "SECRET_KEY": "kR7w-Zp2mQ9t_Vx4nB6yLc8sHd3fGj5aUe1iOo0qWzXv7TbYkMn",
    "JWT_SECRET": "aN5u_Jc8vE2x-Sg6hD9kRf4tWq7zPm3yBl1oIi0eKvZsXw2Tj",
    "DATABASE_URL": "postgres://gantry_app:hunter2@127.0.0.1:1/gantry",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def in_public(**changes: str) -> dict[str, str]:
    """What a program needs that the test asks over plain HTTP, beside the suite's broker."""
    reached = {"SECURE_SSL_REDIRECT": "0", "ALLOWED_HOSTS": "127.0.0.1"}
    return UNSET | COMPLETE | reached | {"REDIS_URL": os.environ["REDIS_URL"]} | changes


def run_forked(code: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """A piece of code with nothing in its environment but the settings.

    It runs in a fork that reads the settings anew but starts sooner.
    """
    with TemporaryDirectory(prefix="gantry-forked-") as name:
        files = [Path(name, "output"), Path(name, "errors")]
        process = FORKS.Process(target=_answer, args=(code, UNSET | COMPLETE | changes, files))
        process.start()
        process.join(PATIENCE)
        process.kill()
        process.join()
        texts = [file.read_text() for file in files]
        return subprocess.CompletedProcess([code], process.exitcode or 0, *texts)


def _answer(code: str, environment: dict[str, str], files: list[Path]) -> None:
    for number, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_CREAT | os.O_WRONLY), number)
    for name in [name for name in sys.modules if name.startswith("config.settings.")]:
        del sys.modules[name]
    env.KEYS_READ.clear()
    os.environ.clear()
    os.environ.update(environment)
    exec(code, {})  # noqa: S102 - as `python -c` does


def manage(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` with these arguments, in a fork."""
    file = str(env.ROOT / "manage.py")
    code = f"import runpy, sys; sys.argv = {[file, *arguments]}"
    return run_forked(f"{code}; runpy.run_path(sys.argv[0], run_name='__main__')", **changes)


def start(**changes: str) -> str:
    """What a start with these settings says last; empty means nothing was wrong."""
    ended = run_forked("import django; django.setup()", **changes)
    assert bool(ended.returncode) is bool(ended.stderr), ended.stderr
    return ended.stderr


def settings_of(*names: str, **changes: str) -> list[Any]:
    """The values of these settings, which must be of simple types."""
    code = f"from django.conf import settings as s; print([getattr(s, n) for n in {names}])"
    ended = run_forked(code, **changes)
    assert ended.returncode == 0, ended.stderr
    return list(literal_eval(ended.stdout))
