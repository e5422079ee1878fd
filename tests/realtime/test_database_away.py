"""PostgreSQL is restarted or frozen while sockets are open: nothing is missed."""

from collections.abc import Iterator

import pytest

from tests.config.wire import Wire
from tests.realtime.site import Site, start
from tests.realtime.wire import Opened, Socket
from tests.support.own_postgres import OwnPostgres
from tests.support.programs import Programs, eventually

SECRET = "a long enough secret"


@pytest.fixture(scope="module")
def away_site(own_postgres: OwnPostgres, running: Programs) -> Site:
    return start(running, **own_postgres.addresses())


@pytest.fixture(scope="module")
def lea(away_site: Site) -> Wire:
    wire = Wire(away_site.port)
    body = {"email": "lea@example.com", "password": SECRET, "name": "Lea"}
    wire.ask("POST", "/api/auth/register", body, status=201)
    return wire.signed_in("lea@example.com", SECRET)


@pytest.fixture
def project(lea: Wire, own_postgres: OwnPostgres) -> Iterator[str]:
    workspace = lea.ask("POST", "/api/workspaces", {"name": "Engines"}, status=201)["data"]["id"]
    body = {"workspaceId": workspace, "name": "Loom"}
    yield str(lea.ask("POST", "/api/projects", body, status=201)["data"]["id"])
    own_postgres.start()


def write(lea: Wire, project: str) -> str:
    """The id of a new task, once the database takes it."""
    path = f"/api/projects/{project}/tasks"
    eventually(lambda: _is_served(lea), pause=0.1)
    return str(lea.ask("POST", path, {"title": "Oil"}, status=201)["data"]["id"])


def _is_served(lea: Wire) -> bool:
    try:
        return bool(lea.ask("GET", "/readyz")["database"] == "up")
    except AssertionError:  # it was answered with 503
        return False


def seen(one: Socket, amount: int) -> list[str]:
    return [one.until("task:created")[-1]["event"]["entity_id"] for _ in range(amount)]


def test_an_open_socket_stays_and_misses_nothing(
    away_site: Site, own_postgres: OwnPostgres, lea: Wire, project: str
) -> None:
    opened, room = Opened(away_site.port), f"project:{project}"
    with opened.stack:
        one, idle = opened.greeted(lea.token), opened.greeted(lea.token)
        began = one.follow(room)["seq"]
        made = [write(lea, project)]
        own_postgres.stop_at_once()
        one.say("ping")
        one.until("pong")
        with Socket(away_site.port, lea.token) as refused:
            assert refused.status == 503
        idle.say("subscribe", room)
        assert idle.end()[-1]["code"] == idle.code == 1013
        own_postgres.start()
        made += [write(lea, project) for _ in range(3)]
        assert seen(one, 4) == made
        again = opened.greeted(lea.token)
        again.follow(room, since=began)
        assert seen(again, 4) == made
    assert away_site.faults() == []


def test_a_frozen_database_delays_and_loses_nothing(
    away_site: Site, own_postgres: OwnPostgres, lea: Wire, project: str
) -> None:
    opened, room = Opened(away_site.port), f"project:{project}"
    with opened.stack:
        one = opened.greeted(lea.token)
        one.follow(room)
        with own_postgres.frozen():
            one.say("ping")
            one.until("pong")
            lea.ask("GET", "/api/projects", status=503)
        made = [write(lea, project) for _ in range(2)]
        assert seen(one, 2) == made
    assert away_site.faults() == []
