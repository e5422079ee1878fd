"""How much memory the web server takes, and what it does not load for requests."""

from ast import literal_eval
from collections.abc import Callable

import pytest

from config import programs
from config.web import RETURN_EVERY
from dev.bench.serving import ABSENT
from outbox.management.commands import relay
from tests.config.production import run_forked
from tests.config.raw import Server
from tests.support.programs import eventually
from tests.support.threads import times

MOST = 140 * 1024 * 1024
"""The goal is 130 (dev/bench/goals.py), which a quiet machine keeps; where threads wait for each
other, more of them hold answers at once."""
LOADED = """
import sys
import config.asgi
from django.urls import get_resolver

get_resolver().url_patterns
print({name.partition(".")[0] for name in sys.modules})
"""
LOADED_BY_OTHERS = """
import sys
import django

django.setup()
from config import beat, celery

celery.app.loader.import_default_modules()
from outbox.management.commands import relay

print(sorted(sys.modules))
"""
FOR_REQUESTS = {"core.api", "identity.allauth_bridge", "unfold.admin", "fido2", "requests"}
FOR_OTHERS = {
    "redis",  # the broker's, of workers and of probes of readiness
    "markdown_it",  # composers of mail, in workers
    "nh3",
    "css_inline",  # what mails are rendered with
    "PIL",  # thumbnails, in workers
    "pusher",  # what is passed on to Pusher, by whoever sends
    "nacl",
    "botocore",  # where files are kept with a service
    "resvg_py",  # which draws the pictures of reports
}


@pytest.fixture(scope="module")
def usual_server(serve: Callable[..., Server]) -> Server:
    """With production's libraries only; others load those of development where they find them."""
    return serve(PYTHONPATH=str(ABSENT))


def test_nothing_is_loaded_that_no_request_needs() -> None:
    shown = run_forked(LOADED)
    assert shown.returncode == 0, shown.stderr
    loaded = literal_eval(shown.stdout)
    assert "psycopg" in loaded
    assert not loaded & FOR_OTHERS


def test_nothing_is_loaded_for_requests_by_programs_that_serve_none() -> None:
    shown = run_forked(LOADED_BY_OTHERS, **programs.worker().env)
    assert shown.returncode == 0, shown.stderr
    loaded = set(literal_eval(shown.stdout))
    assert {"outbox.relay", "config.beat", "outbox.background"} <= loaded
    assert not loaded & FOR_REQUESTS
    assert not relay.Command.requires_system_checks


def test_memory_after_a_load(server: Server) -> None:
    """New tasks, growing lists of them and profiles, by eight clients at once.

    What they leave free between what is in use is given back within seconds.
    """
    tasks = f"/api/projects/{server.cast.project.pk}/tasks"

    def ask(number: int) -> None:
        body = {"title": f"One of {number}", "description": "What is to be done, and why. " * 10}
        for _ in range(25):
            server.lea.ask("POST", tasks, body, status=201)
            server.lea.ask("GET", f"{tasks}?limit=200")
            server.lea.ask("GET", "/api/auth/me")

    times(8, ask)
    eventually(lambda: server.memory() < MOST, patience=6 * RETURN_EVERY)
