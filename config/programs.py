"""The four programs a server consists of; `python -m config.programs web` becomes one of them."""

import os
import sys
from ipaddress import ip_address

from config import env
from config.processes import Command, keep_private

# glibc gives each thread memory of its own, which keeps what one large answer has needed.
FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
# Only web requests come in parallel threads; the others keep one connection each.
ONE_CONNECTION = {"DB_POOL_MAX": "0"}
DRAIN_SECONDS = 20
"""How long the web server answers what it has begun when it is asked to stop; no statement in the
database runs longer."""


def web_listens_at() -> tuple[str, int]:
    """Host and port of the web server, from HOST and PORT."""
    return env.text("HOST", "127.0.0.1"), env.port("PORT", 8000)


def web_address() -> tuple[str, int]:
    """Where this machine asks its web server; one that listens everywhere is asked on loopback."""
    host, port = web_listens_at()
    if _is_everywhere(host):
        host = "::1" if ":" in host else "127.0.0.1"
    return host, port


def web() -> Command:
    host, port = web_listens_at()
    listen = ["--host", host, "--port", str(port)]
    # Addresses behind a proxy are worked out from TRUSTED_PROXY_COUNT, never by the server.
    quiet = ["--no-proxy-headers", "--no-server-header", "--no-access-log", "--log-level=warning"]
    # Compression would cost memory for every open socket.
    sockets = ["--ws=websockets-sansio", "--ws-max-size=65536", "--ws-ping-interval=20"]
    sockets += ["--ws-per-message-deflate=false", f"--timeout-graceful-shutdown={DRAIN_SECONDS}"]
    # With limits for slow clients.
    sockets += ["--http=config.connections:Connection"]
    argv = _python("config.web", "config.asgi:application", *listen, *quiet, *sockets)
    return Command("web", argv, env=FEW_ARENAS)


def worker() -> Command:
    amount = f"--concurrency={env.natural('WORKER_PROCESSES', 2)}"
    alone = ["--without-gossip", "--without-mingle"]
    return Command("worker", _celery("worker", amount, *alone), env=ONE_CONNECTION)


def beat() -> Command:
    return Command("beat", _celery("beat"), env=ONE_CONNECTION)


def relay() -> Command:
    return Command("relay", manage("relay"), env=ONE_CONNECTION)


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(env.ROOT / "manage.py"), *arguments]


def _is_everywhere(host: str) -> bool:
    """Whether it stands for all addresses of this machine; a name does not."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _celery(program: str, *arguments: str) -> list[str]:
    return _python(
        "celery", "--app=config.celery", "--quiet", program, "--loglevel=info", *arguments
    )


PROGRAMS = {"web": web, "worker": worker, "beat": beat, "relay": relay}

if __name__ == "__main__":
    keep_private()
    chosen = PROGRAMS[sys.argv[1]]()
    os.execve(chosen.argv[0], chosen.argv, {**os.environ, **chosen.env})  # noqa: S606 - becomes it
