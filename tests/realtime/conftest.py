"""One web server for all tests about sockets, and nothing wrong in its log after any of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.realtime.site import FRONT_END, FURTHER, Site, gathered, start
from tests.realtime.wire import Opened
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase, in_use
from tests.support.programs import Programs, ended
from tests.support.signing import access_token_for

LITTLE_PATIENCE = (
    "from realtime.live import sockets as s, streams; s.LONGEST_IDLE = 1.0; streams.HEARTBEAT = 2",
    "--ws-ping-interval=0.5",
    "--ws-ping-timeout=0.5",
)
"""Code that runs before the server, and options."""


@pytest.fixture(scope="session")
def running(
    lasting_db: CommittedDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Programs]:
    """What is started here ends before its database."""
    with ended(tmp_path_factory.mktemp("sockets")) as here:
        yield here


@pytest.fixture(scope="session")
def starting(
    lasting_db: CommittedDatabase, running: Programs, django_db_blocker: DjangoDbBlocker
) -> Callable[..., Site]:
    """Starts web servers on the database of these tests."""

    def started(*patches: str, **chosen: str) -> Site:
        with django_db_blocker.unblock(), in_use(lasting_db):
            return start(running, *patches, **chosen)

    return started


@pytest.fixture(scope="session")
def shared_site(starting: Callable[..., Site]) -> Site:
    return starting(FRONTEND_URL=FRONT_END, CORS_ORIGIN=FURTHER)


@pytest.fixture(scope="session")
def hasty_site(starting: Callable[..., Site]) -> Site:
    """One that has little patience and few places."""
    return starting(*LITTLE_PATIENCE, WEB_SOCKETS="3")


@pytest.fixture
def site(shared_site: Site) -> Iterator[Site]:
    known = shared_site.faults()
    yield shared_site
    assert shared_site.faults() == known


@pytest.fixture
def team(
    lasting_db: CommittedDatabase,
    everybody: Callable[[str], Any],
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Cast]:
    """The cast in a workspace that only this test knows, committed."""
    with django_db_blocker.unblock():
        cast = everybody("cast")
        with in_use(lasting_db):
            yield gathered(cast)


@pytest.fixture
def opened(site: Site, team: Cast) -> Iterator[Opened]:
    """Opens sockets and streams."""
    here = Opened(site.port)
    with here.stack:
        yield here


@pytest.fixture
def token_of(team: Cast) -> Callable[[str], str]:
    """The access token of somebody in the cast."""
    return lambda name: access_token_for(getattr(team, name))
