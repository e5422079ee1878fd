"""How much one person, one socket and one client may do, and what odd frames end with."""

import socket
import time
from collections.abc import Callable

import pytest

from tests.realtime.site import Site, room_of, write
from tests.realtime.test_follow_rooms import closed_with
from tests.realtime.wire import Opened, Socket
from tests.support.cast import Cast
from tests.support.factories import MembershipFactory, UserFactory, WorkspaceFactory
from tests.support.programs import eventually
from tests.support.signing import access_token_for

TokenOf = Callable[[str], str]


@pytest.fixture
def nia(team: Cast) -> str:
    """The token of somebody who has no socket yet."""
    person = UserFactory.create(email=f"{team.workspace.pk}@example.com")
    MembershipFactory.create(workspace=team.workspace, user=person, role="MEMBER")
    return access_token_for(person)


def test_a_person_has_twenty_sockets_and_streams(
    opened: Opened, site: Site, team: Cast, nia: str
) -> None:
    path = f"/api/workspaces/{team.workspace.pk}/events/stream"
    many = [opened.greeted(nia) for _ in range(19)]
    with opened.stream(nia, path) as stream:
        assert stream.status == 200
        write(team)
        assert stream.hear()["event"] == "task:created"
        closed_with(opened.socket(nia), 1008)
        assert opened.stream(nia, path).status == 429
    many[0].reset()
    eventually(lambda: opened.socket(nia).hear()["type"] == "connected")


def test_a_socket_follows_fifty_rooms(opened: Opened, team: Cast, nia: str) -> None:
    [person] = [each.user for each in team.workspace.memberships.all() if "@" in each.user.email][
        -1:
    ]
    one = opened.greeted(access_token_for(person))
    for n in range(50):
        workspace = WorkspaceFactory.create(slug=f"room-{n}-{team.workspace.pk}")
        MembershipFactory.create(workspace=workspace, user=person, role="MEMBER")
        one.follow(room_of(workspace))
        time.sleep(0.05)
    one.follow(room_of(workspace))
    one.say("subscribe", room_of(team.workspace))
    closed_with(one, 1008)


def test_a_socket_says_twenty_things_a_second(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    one = opened.greeted(token_of("lea"))
    for _ in range(20):
        one.say("ping")
    for _ in range(20):
        assert one.hear() == {"type": "pong"}
    time.sleep(0.5)
    for _ in range(8):
        one.say("ping")
    one.until("pong")
    flood = opened.greeted(token_of("lea"))
    for _ in range(1000):
        flood.say("ping")
    said = flood.end()
    assert (flood.code, said[-1]["code"]) == (1008, 1008)
    assert 20 <= len(said) <= 40


def test_the_server_has_so_many_sockets(hasty_site: Site, team: Cast, token_of: TokenOf) -> None:
    here = Opened(hasty_site.port)
    with here.stack:
        for name in ("lea", "max", "moe"):
            here.greeted(token_of(name)).follow(room_of(team.workspace))
        assert here.socket(token_of("ada")).status == 503
    eventually(lambda: _is_let_in(hasty_site, token_of("ada")))
    assert hasty_site.faults() == []


def _is_let_in(site: Site, token: str) -> bool:
    with Socket(site.port, token) as one:
        return one.status == 101


def test_a_socket_without_rooms_that_is_silent_is_closed(
    hasty_site: Site, team: Cast, token_of: TokenOf
) -> None:
    eventually(lambda: _is_let_in(hasty_site, token_of("ada")))
    here = Opened(hasty_site.port)
    with here.stack:
        closed_with(here.greeted(token_of("lea")), 4408)
        busy = here.greeted(token_of("max"))
        busy.follow(room_of(team.project))
        for _ in range(20):  # for longer than the other one
            busy.say("ping")
            assert busy.until("pong")
            time.sleep(0.1)
        busy.say("unsubscribe", room_of(team.project))
        assert busy.end()[-1]["code"] == 4408


def test_who_does_not_answer_pings_is_disconnected(
    hasty_site: Site, team: Cast, token_of: TokenOf
) -> None:
    eventually(lambda: _is_let_in(hasty_site, token_of("ada")))
    with Socket(hasty_site.port, token_of("lea")) as one:
        one.follow(room_of(team.project))
        time.sleep(2)  # no pong is sent while nothing is read
        one.end()
        assert one.code == 1011


FRAMES: dict[str, tuple[str | bytes, int]] = {
    "binary": (b"\x00\x01", 1003),
    "no JSON": ("{", 4400),
    "empty": ("", 4400),
    "not an object": ("[]", 4400),
    "a number": ("1", 4400),
    "no type": ("{}", 4400),
    "odd type": ('{"type": 1}', 4400),
    "unknown type": ('{"type": "fly"}', 4400),
    "a private method": ('{"type": "__init__"}', 4400),
    "deep": ("[" * 60_000, 4400),
    "deep data": ('{"type":"ping","data":' + "[" * 2000 + "]" * 2000 + "}", 4400),
    "surrogate": ('{"type":"subscribe","room":"\\ud800"}', 4400),
    "no room": ('{"type":"subscribe"}', 4400),
    "a room that is a list": ('{"type":"subscribe","room":["x"]}', 4400),
    "odd since": ('{"type":"subscribe","room":"project:1","since":"1"}', 4400),
    "negative since": ('{"type":"subscribe","room":"project:1","since":-1}', 4400),
    "true since": ('{"type":"subscribe","room":"project:1","since":true}', 4400),
    "fraction": ('{"type":"subscribe","room":"project:1","since":1.5}', 4400),
    "huge since": ('{"type":"subscribe","room":"project:1","since":9223372036854775808}', 4400),
    "not a number": ('{"type":"subscribe","room":"project:1","since":NaN}', 4400),
    "too large": ('{"type":"ping","x":"' + "x" * 65_536 + '"}', 1009),
    "far too large": ("x" * 1_048_576, 1009),
}


@pytest.mark.parametrize("name", FRAMES)
def test_odd_messages_close_the_socket(opened: Opened, token_of: TokenOf, name: str) -> None:
    content, code = FRAMES[name]
    one = opened.greeted(token_of("lea"))
    one.write(content)
    said = one.end()
    assert one.code == code
    assert [each["code"] for each in said] == ([code] if code != 1009 else [])


def test_text_that_is_not_utf8_closes_the_socket(opened: Opened, token_of: TokenOf) -> None:
    one = opened.greeted(token_of("lea"))
    one.write_bad_text(b'{"type": "\xff"}')
    one.end()
    assert one.code == 1007


@pytest.mark.parametrize(
    "octets", [b"\x81\x85abc", b"\xf1\x80abcd", b"\x81\x05hello", b"\x83\x80abcd"]
)
def test_odd_octets_close_the_socket(opened: Opened, token_of: TokenOf, octets: bytes) -> None:
    """Half a frame, which is waited for; a reserved bit; without a mask; a reserved kind."""
    one = opened.greeted(token_of("lea"))
    one.write_raw(octets)
    if octets.startswith(b"\x81\x85"):
        one.reset()
    else:
        one.end()
        assert one.code == 1002


def test_the_largest_message_is_taken(opened: Opened, token_of: TokenOf) -> None:
    one = opened.greeted(token_of("lea"))
    start, end = '{"type":"ping","x":"', '"}'
    one.write(start + "x" * (65_536 - len(start) - len(end)) + end)
    assert one.hear() == {"type": "pong"}


def vanish(port: int, token: str, room: str, n: int) -> None:
    """Connect, perhaps say something, and disappear."""
    if n % 10 == 9:
        socket.create_connection(("127.0.0.1", port)).close()
        return
    one = Socket(port, token)
    if n % 3:
        one.say("subscribe", room)
    if n % 3 == 1:
        one.write_raw(b"\x81\x85ab")
    one.reset()


def test_clients_that_disappear_leave_nothing_behind(
    opened: Opened, site: Site, team: Cast, nia: str, token_of: TokenOf
) -> None:
    """Three hundred of one person: some say nothing, some follow a room, some are half done."""
    room, lea = room_of(team.project), opened.greeted(token_of("lea"))
    lea.follow(room)
    before = site.files()
    for n in range(300):
        vanish(site.port, nia, room, n)
        if n % 20 == 0:  # else it does not answer the server's pings
            lea.say("ping")
            lea.until("pong")
    eventually(lambda: site.files() <= before + 10)  # more sessions of the database, perhaps
    eventually(lambda: amount_in(lea, room) == 1, 20, pause=0.2)
    for _ in range(20):
        eventually(lambda: opened.socket(nia).hear()["type"] == "connected", 20, pause=0.2)


def amount_in(one: Socket, room: str) -> int:
    """How many people one is told are in the room."""
    one.say("presence", room)
    return int(one.until("presence")[-1]["count"])
