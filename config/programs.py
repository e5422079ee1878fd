"""The command lines of the programs; `python -m config.programs web` runs one of them."""

import os
import sys
from ipaddress import ip_address

from config import env
from config.processes import Command, keep_private

# glibc keeps a memory arena per thread, which stays as large as its largest answer.
FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
# No pool: other programs than the web server need one database connection per process.
ONE_CONNECTION = {"DB_POOL_MAX": "0"}
# Django's checks of the code would load what serves HTTP; those of the database are our own.
OF_CELERY = ONE_CONNECTION | {"CELERY_SKIP_CHECKS": "1"}
DRAIN_SECONDS = 20
"""How long the web server finishes running requests when it is stopped; longer than any SQL
statement may run."""


def web_listens_at() -> tuple[str, int]:
    """Host and port of the web server, from HOST and PORT."""
    return env.text("HOST", "127.0.0.1"), env.port("PORT", 8000)


def web_address() -> tuple[str, int]:
    """Host and port for requests from this machine; loopback if it listens on all addresses."""
    host, port = web_listens_at()
    if _is_everywhere(host):
        host = "::1" if ":" in host else "127.0.0.1"
    return host, port


def web() -> Command:
    host, port = web_listens_at()
    listen = ["--host", host, "--port", str(port)]
    # The client's address behind a proxy is found by TRUSTED_PROXY_COUNT, not by uvicorn.
    quiet = ["--no-proxy-headers", "--no-server-header", "--no-access-log", "--log-level=warning"]
    # No compression of WebSockets, which takes memory for each of them.
    sockets = ["--ws=config.socket_connections:SocketConnection", "--ws-max-size=65536"]
    sockets += ["--ws-ping-interval=20", "--ws-per-message-deflate=false"]
    sockets += [f"--timeout-graceful-shutdown={DRAIN_SECONDS}"]
    # The protocol class with limits for slow clients.
    sockets += ["--http=config.connections:Connection"]
    argv = _python("config.web", "config.asgi:application", *listen, *quiet, *sockets)
    return Command("web", argv, env=FEW_ARENAS)


def worker() -> Command:
    """Takes all queues, unless WORKER_QUEUES names some."""
    queues = env.listed("WORKER_QUEUES")
    chosen = [f"--queues={','.join(queues)}"] if queues else []
    return _worker("worker", env.natural("WORKER_PROCESSES", 2), *chosen)


def jobs() -> Command:
    """A worker of its own for jobs, which may keep its processes busy for minutes."""
    chosen = ("--queues=jobs", "--hostname=jobs@%h")
    return _worker("jobs", env.natural("JOBS_PROCESSES", 2), *chosen)


def beat() -> Command:
    return Command("beat", _celery("beat"), env=OF_CELERY)


def relay() -> Command:
    return Command("relay", manage("relay"), env=ONE_CONNECTION)


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(env.ROOT / "manage.py"), *arguments]


def _is_everywhere(host: str) -> bool:
    """Whether it is the unspecified address (0.0.0.0 or ::); a host name is not."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _worker(name: str, amount: int, *chosen: str) -> Command:
    alone = ("--without-gossip", "--without-mingle", f"--concurrency={amount}")
    return Command(name, _celery("worker", *alone, *chosen), env=OF_CELERY)


def _celery(program: str, *arguments: str) -> list[str]:
    return _python(
        "celery", "--app=config.celery", "--quiet", program, "--loglevel=info", *arguments
    )


PROGRAMS = {"web": web, "worker": worker, "jobs": jobs, "beat": beat, "relay": relay}

if __name__ == "__main__":
    keep_private()
    chosen = PROGRAMS[sys.argv[1]]()
    os.execve(chosen.argv[0], chosen.argv, {**os.environ, **chosen.env})  # noqa: S606 - becomes it
