"""What tests with real programs share."""

from collections.abc import Iterator
from threading import Thread

import pytest

from tests.outbox.http_channel.peer import Peer
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.sink import Sink


@pytest.fixture
def mail_server(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> Sink:
    """What this process and the programs it starts send mail to."""
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{sink.port}")
    return sink


@pytest.fixture
def peer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """What this process and the programs it starts post notes to."""
    with Peer() as server:
        thread = Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        monkeypatch.setenv("PEER_URL", server.url)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def people(committed_db: CommittedDatabase, cast: Cast) -> Cast:
    return cast
