"""Redis is down, hangs or has forgotten everything: only presence between processes suffers."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
import redis

from tests.realtime.site import Site, room_of, write
from tests.realtime.wire import Opened, Socket
from tests.support.cast import Cast
from tests.support.programs import eventually

TokenOf = Callable[[str], str]
QUICK = 1.0


@pytest.fixture
def sites(
    broker: subprocess.Popen[bytes], starting: Callable[..., Site], team: Cast
) -> tuple[Site, Site]:
    """Two processes beside a Valkey of their own."""
    address = os.environ["REDIS_URL"]
    return starting(REDIS_URL=address), starting(REDIS_URL=address)


@contextmanager
def frozen(process: subprocess.Popen[bytes]) -> Iterator[None]:
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def check_that_all_goes_on(one: Socket, site: Site, team: Cast) -> None:
    """Writes are quick and reach the socket, and so do events."""
    began = time.monotonic()
    path, body = f"/api/projects/{team.project.pk}/tasks", {"title": "Oil"}
    made = site.of(team.lea).ask("POST", path, body, status=201)["data"]
    said = {"project_id": str(team.project.pk), "event_type": "typing"}
    site.of(team.lea).ask("POST", "/api/realtime/collaboration", said, status=204)
    site.of(team.lea).ask("POST", "/api/realtime/ticket", status=201)
    assert time.monotonic() - began < QUICK
    heard = one.until("task:created", "collaboration")
    heard += one.until("task:created", "collaboration")
    [event] = [each["event"] for each in heard if each["type"] == "task:created"]
    assert event["entity_id"] == made["id"]
    assert time.monotonic() - began < 2 * QUICK


def sees(one: Socket, room: str, amount: int) -> bool:
    one.say("presence", room)
    return bool(one.until("presence")[-1]["count"] == amount)


class Seats(NamedTuple):
    """Lea and Moe in one process, Max in the other one; Lea and Max follow the project's room."""

    opened: Opened
    lea: Socket
    max: Socket
    moe: Socket


@pytest.fixture
def seats(sites: tuple[Site, Site], team: Cast, token_of: TokenOf) -> Iterator[Seats]:
    first, second = (Opened(site.port) for site in sites)
    with first.stack, second.stack:
        lea, max_, moe = (
            here.greeted(token_of(name))
            for here, name in ((first, "lea"), (second, "max"), (first, "moe"))
        )
        for one, row in ((lea, team.project), (max_, team.project), (moe, team.workspace)):
            one.follow(room_of(row))
        yield Seats(first, lea, max_, moe)
    assert [site.faults() for site in sites] == [[], []]


def test_who_is_there_is_known_again_after_redis_forgot_it(seats: Seats, team: Cast) -> None:
    room = room_of(team.project)
    assert sees(seats.lea, room, 2)
    redis.Redis.from_url(os.environ["REDIS_URL"]).flushall()
    eventually(lambda: sees(seats.lea, room, 2), pause=0.5)
    eventually(lambda: sees(seats.max, room, 2), pause=0.5)


def test_who_comes_while_one_enters_is_told_afterwards(
    seats: Seats, broker: subprocess.Popen[bytes], team: Cast, token_of: TokenOf
) -> None:
    """Redis is slow to say who is there in other processes."""
    room, pia = room_of(team.project), seats.opened.greeted(token_of("pia"))
    with frozen(broker):
        seats.moe.say("subscribe", room)
        seats.lea.until_here(team.moe)
        pia.say("subscribe", room)
        heard = seats.moe.until_here(team.pia)
    assert "subscribed" in [each["type"] for each in heard[:-1]]


def test_while_redis_hangs_and_is_gone_events_arrive_all_the_same(
    seats: Seats,
    sites: tuple[Site, Site],
    broker: subprocess.Popen[bytes],
    team: Cast,
    token_of: TokenOf,
) -> None:
    with frozen(broker):
        check_that_all_goes_on(seats.lea, sites[0], team)
        seats.moe.until("degraded")
        check_that_all_goes_on(seats.lea, sites[0], team)
        assert seats.opened.socket(token_of("pia")).hear()["degraded"] is True
    seats.moe.until("restored")
    eventually(lambda: sees(seats.lea, room_of(team.project), 2), pause=0.5)
    broker.kill()
    broker.wait()
    seats.moe.until("degraded")
    check_that_all_goes_on(seats.lea, sites[0], team)
    assert sees(seats.lea, room_of(team.project), 1)
    last = write(team)
    for one in (seats.lea, seats.max):
        while one.until("task:created")[-1]["event"]["entity_id"] != str(last.pk):
            pass


def test_a_server_that_starts_without_redis_says_so(
    starting: Callable[..., Site], team: Cast, token_of: TokenOf
) -> None:
    site = starting(REDIS_URL="redis://127.0.0.1:1/0")
    opened = Opened(site.port)
    with opened.stack:
        lea = opened.socket(token_of("lea"))
        assert lea.hear()["type"] == "connected"
        lea.follow(room_of(team.project))
        eventually(lambda: opened.socket(token_of("max")).hear()["degraded"], pause=0.3)
        check_that_all_goes_on(lea, site, team)
        assert sees(lea, room_of(team.project), 1)
