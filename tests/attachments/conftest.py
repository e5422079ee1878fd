"""A service that speaks S3, as a real server on this machine."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from attachments.storage.chosen import storage
from config import local
from tests.attachments.line import Line


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    port = local.free_port()
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def line(endpoint: str) -> Iterator[Line]:
    with Line(endpoint) as made:
        yield made


@pytest.fixture
def bucket(endpoint: str, settings: Settings) -> Any:
    """An empty bucket, which is where files are kept."""
    return new_bucket(settings, endpoint)


@pytest.fixture
def distant_bucket(line: Line, settings: Settings) -> Any:
    """The same, reached by a `line` that may have flaws."""
    return new_bucket(settings, line.url)


def new_bucket(settings: Settings, address: str) -> Any:
    name = f"files-{time.monotonic_ns()}"
    settings.ATTACHMENTS_BUCKET = (name, "key", "secret", "us-east-1", address)
    kept: Any = storage()
    kept.client.create_bucket(Bucket=name)
    return kept
