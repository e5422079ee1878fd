"""Server-sent events: the same log, over plain HTTP."""

import json
from collections.abc import Callable

from projects.models import Project
from tests.realtime.site import Site, membership, private_project, room_of, write
from tests.realtime.wire import Opened, Stream
from tests.support.actors import by
from tests.support.cast import Cast
from workspaces.services.members import remove_member

TokenOf = Callable[[str], str]


def path_of(team: Cast, query: str = "") -> str:
    return f"/api/workspaces/{team.workspace.pk}/events/stream{query}"


def last_number(site: Site, team: Cast) -> int:
    path = f"/api/workspaces/{team.workspace.pk}/events"
    return int(site.of(team.ada).ask("GET", path)["meta"]["last"])


def test_a_stream_sends_what_a_socket_is_sent(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    stream, one = opened.stream(token_of("max"), path_of(team)), opened.greeted(token_of("max"))
    one.follow(room_of(team.workspace))
    assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream")
    assert stream.headers["cache-control"] == "no-store"
    assert stream.headers["x-accel-buffering"] == "no"
    write(team)
    told, said = stream.hear(), one.hear()
    assert (told["event"], told["id"]) == ("task:created", str(said["seq"]))
    assert json.loads(told["data"]) == said


def test_a_stream_goes_on_where_it_ended(
    opened: Opened, site: Site, team: Cast, token_of: TokenOf
) -> None:
    began = last_number(site, team)
    for n in range(4):
        write(team, f"Task {n}")
    stream = opened.stream(token_of("max"), path_of(team), Last_Event_ID=str(began + 2))
    assert [stream.data()["seq"] for _ in range(2)] == [began + 3, began + 4]
    stream = opened.stream(token_of("max"), path_of(team, f"?after={began + 3}"))
    assert stream.data()["seq"] == began + 4
    both = opened.stream(token_of("max"), path_of(team, "?after=0"), Last_Event_ID=str(began + 3))
    assert both.data()["seq"] == began + 4


def test_a_number_from_the_future_means_to_read_all_again(
    opened: Opened, site: Site, team: Cast, token_of: TokenOf
) -> None:
    stream = opened.stream(token_of("max"), path_of(team, "?after=10000"))
    last = last_number(site, team)
    told = stream.hear()
    assert told["event"] == "resync"
    said = {"type": "resync", "room": room_of(team.workspace), "seq": last}
    assert json.loads(told["data"]) == said
    write(team)
    assert stream.data()["prev"] == last


def test_odd_numbers_are_refused(opened: Opened, team: Cast, token_of: TokenOf) -> None:
    for number in ("x", "-1", "1.5", "", "²", str(2**63), "9" * 40):
        made = opened.stream(token_of("max"), path_of(team), Last_Event_ID=number)
        assert made.status == 400, number
        if number:
            made = opened.stream(token_of("max"), path_of(team, f"?after={number}"))
            assert made.status == 400, number
    for who, status in (("sam", 403), ("gus", 200)):
        assert opened.stream(token_of(who), path_of(team)).status == status
    assert opened.stream("", path_of(team)).status == 401


def test_holes_move_the_place_without_saying_anything(
    hasty_site: Site, team: Cast, token_of: TokenOf
) -> None:
    """An id without data comes at the next heartbeat."""
    secret, opened = private_project(team), Opened(hasty_site.port)
    with opened.stack:
        check_holes(opened.stream(token_of("max"), path_of(team)), hasty_site, team, secret)


def check_holes(stream: Stream, site: Site, team: Cast, secret: Project) -> None:
    for _ in range(3):
        write(team, "Hide", secret)
    last = last_number(site, team)
    assert stream.hear() == {"id": str(last)}
    write(team)
    told = stream.data()
    assert (told["seq"], told["type"]) == (last + 1, "task:created")


def test_who_is_removed_is_told_and_sent_nothing_further(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    stream = opened.stream(token_of("moe"), path_of(team))
    remove_member(actor=by(team.ada), membership=membership(team, team.moe))
    write(team)
    told = stream.hear()
    assert (told["event"], json.loads(told["data"])["code"]) == ("error", 4403)
    assert stream.hear() == {}
