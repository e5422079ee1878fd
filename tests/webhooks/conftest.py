"""A server to post to, and a webhook that leads to it."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.support.cast import Cast
from tests.webhooks.hooks import Hook, hook_to
from tests.webhooks.peer import Peer, listening


@pytest.fixture
def any_network(settings: Settings) -> None:
    """As in development: this machine may be posted to."""
    settings.WEBHOOKS_TO_ANY_NETWORK = True


@pytest.fixture
def peer(any_network: None) -> Iterator[Peer]:
    with listening() as server:
        yield server


@pytest.fixture
def hook(cast: Cast, peer: Peer) -> Hook:
    """A webhook of Ada's workspace that leads to the peer, and wants all events."""
    return hook_to(cast, peer.url)
