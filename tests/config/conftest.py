"""A real web server, and sockets to it."""

from collections.abc import Iterator

import pytest

from config import local, programs
from tests.config.raw import Server, Sockets
from tests.config.wire import Wire
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually
from tests.support.signing import access_token_for


@pytest.fixture
def server(
    committed_db: CommittedDatabase, started: Programs, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> Server:
    wire = Wire(local.free_port())
    monkeypatch.setenv("PORT", str(wire.port))
    process = started.start(programs.web())
    eventually(lambda: not local.is_free(wire.port))
    return Server(process, cast, wire, Wire(wire.port, access_token_for(cast.lea)))


@pytest.fixture
def sockets(server: Server) -> Iterator[Sockets]:
    opened = Sockets(server.wire.port)
    with opened.stack:
        yield opened
