"""A web process that is stopped or killed: clients are told so, and miss nothing."""

import signal
import time
from collections.abc import Callable

from tests.realtime.site import Site, room_of, write
from tests.realtime.test_streams import path_of
from tests.realtime.wire import Opened
from tests.support.cast import Cast
from tests.support.signing import access_token_for

QUICK = 6.0


def test_a_stop_is_quick_and_told(starting: Callable[..., Site], site: Site, team: Cast) -> None:
    """And what happened meanwhile is sent by another process."""
    ending, token, room = starting(), access_token_for(team.lea), room_of(team.project)
    old, new = Opened(ending.port), Opened(site.port)
    with old.stack, new.stack:
        one, stream = old.greeted(token), old.stream(token, path_of(team))
        began = one.follow(room)["seq"]
        write(team, "Before")
        assert one.until("task:created")[-1]["seq"] == stream.data()["seq"] == began + 1
        stopped = time.monotonic()
        ending.process.send_signal(signal.SIGTERM)
        one.end(QUICK)
        assert one.code == 1012
        assert stream.hear() == {}
        assert ending.process.wait(QUICK) == 0
        assert time.monotonic() - stopped < QUICK
        tasks = [write(team, f"Meanwhile {n}") for n in range(5)]
        again = new.greeted(token)
        again.follow(room, since=began + 1)
        seen = [again.until("task:created")[-1] for _ in tasks]
        assert [each["event"]["entity_id"] for each in seen] == [str(each.pk) for each in tasks]
    assert ending.faults() == []
