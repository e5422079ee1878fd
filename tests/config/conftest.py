"""A real web server for all tests of a module, and sockets to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from config import local, programs
from tests.config.raw import Server, Sockets
from tests.config.wire import Wire
from tests.support.databases import CommittedDatabase, in_use
from tests.support.programs import ended, eventually
from tests.support.signing import access_token_for


@pytest.fixture(scope="module")
def serve(
    shared_db: CommittedDatabase,
    everybody: Callable[[str], Any],
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Server]]:
    """Starts web servers on the database of the module, with these settings."""

    def start(**chosen: str) -> Server:
        port = local.free_port()
        settings = {"DJANGO_SETTINGS_MODULE": "config.settings.development", "PORT": str(port)}
        with django_db_blocker.unblock(), in_use(shared_db), pytest.MonkeyPatch.context() as patch:
            for name, value in {**settings, **chosen}.items():
                patch.setenv(name, value)
            process = running.start(programs.web())
            token = access_token_for(cast.lea)
        eventually(lambda: not local.is_free(port))
        return Server(process, cast, Wire(port), Wire(port, token))

    cast = everybody("cast")
    with ended(tmp_path_factory.mktemp("web")) as running:
        yield start


@pytest.fixture(scope="module")
def usual_server(serve: Callable[..., Server]) -> Server:
    return serve()


@pytest.fixture
def server(
    usual_server: Server, shared_db: CommittedDatabase, django_db_blocker: DjangoDbBlocker
) -> Iterator[Server]:
    """That of the module, whose database the test uses, too."""
    with django_db_blocker.unblock(), in_use(shared_db):
        yield usual_server


@pytest.fixture
def sockets(server: Server) -> Iterator[Sockets]:
    opened = Sockets(server.wire.port)
    with opened.stack:
        yield opened
