"""Clients that do not read: they are disconnected, and nobody else notices."""

import time
from collections.abc import Callable

from tests.realtime.site import Site, room_of, write
from tests.realtime.test_revoke_credentials import large_events
from tests.realtime.wire import Opened, Socket
from tests.support.cast import Cast
from tests.support.programs import eventually

TokenOf = Callable[[str], str]
WITHIN = 12.0
MOST = 24 * 1024 * 1024
"""Bytes the process may have more; what eight of them do not read is almost three times that."""


def is_ended(one: Socket) -> bool:
    """Whether the server has ended the connection, as far as can be told without reading."""
    try:
        one.write_raw(b"\x8a\x80abcd")  # a pong
    except OSError:
        return True
    return False


def test_who_does_not_read_is_disconnected(
    opened: Opened, site: Site, team: Cast, token_of: TokenOf
) -> None:
    large_events(team, 300)
    room, before = room_of(team.project), site.memory()
    lea = opened.greeted(token_of("lea"))
    lea.follow(room)
    slow = [opened.greeted(token_of("max"), receive_buffer=4096) for _ in range(8)]
    for one in slow:
        one.say("subscribe", room, since=0)
    began = time.monotonic()
    task = write(team)
    assert lea.until("task:created")[-1]["event"]["entity_id"] == str(task.pk)
    assert time.monotonic() - began < 3
    eventually(lambda: all(map(is_ended, slow)), WITHIN, pause=0.2)
    lea.say("presence", room)
    assert lea.until("presence")[-1]["count"] == 1
    assert site.memory() - before < MOST


def test_what_it_is_answered_is_not_kept_for_who_does_not_read(
    opened: Opened, site: Site, token_of: TokenOf
) -> None:
    """Pings, which nothing counts, and each of which is answered."""
    before = site.memory()
    one = opened.greeted(token_of("max"), receive_buffer=4096)
    pings = (b"\x89\xfdabcd" + b"x" * 125) * 500
    try:
        for _ in range(800):
            one.write_raw(pings)
    except OSError:
        return
    finally:
        assert site.memory() - before < MOST
    raise AssertionError("It may send 50 MB of pings without reading an answer.")


def test_who_closes_and_does_not_read_is_gone_soon(
    opened: Opened, site: Site, team: Cast, token_of: TokenOf
) -> None:
    large_events(team, 300)
    files = site.files()
    one = opened.greeted(token_of("max"), receive_buffer=4096)
    one.say("subscribe", room_of(team.project), since=0)
    time.sleep(1)
    one.write_raw(b"\x88\x80abcd")  # close
    eventually(lambda: site.files() <= files, WITHIN, pause=0.2)
