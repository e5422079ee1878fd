"""Who is in a room, and what its people tell each other."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.services.people import change_profile
from realtime.live.messages import LARGEST_COLLABORATION
from tests.realtime.site import Site, private_project, room_of, write
from tests.realtime.test_follow_rooms import closed_with
from tests.realtime.wire import Opened, Socket
from tests.support.actors import by
from tests.support.cast import Cast

TokenOf = Callable[[str], str]


@pytest.fixture(scope="session")
def second_site(starting: Callable[..., Site]) -> Site:
    """Another web process of the same server."""
    return starting()


def person(who: User) -> dict[str, str]:
    return {"id": who.public_id, "name": who.name, "avatar_url": who.avatar_url}


def nothing_more(one: Socket) -> None:
    one.say("ping")
    assert one.hear() == {"type": "pong"}


def test_people_of_a_room_see_each_other_come_and_go(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    room = room_of(team.project)
    lea, max_ = opened.greeted(token_of("lea")), opened.greeted(token_of("max"))
    answer = lea.follow(room)
    assert (answer["presence"], answer["count"]) == ([person(team.lea)], 1)
    answer = max_.follow(room)
    assert (answer["presence"], answer["count"]) == ([person(team.lea), person(team.max)], 2)
    assert lea.hear() == {"type": "presence:joined", "room": room, "person": person(team.max)}
    max_.say("unsubscribe", room)
    max_.hear()
    assert lea.hear() == {"type": "presence:left", "room": room, "person": person(team.max)}
    max_.follow(room)
    max_.reset()
    assert [lea.hear()["type"] for _ in range(2)] == ["presence:joined", "presence:left"]
    lea.say("presence", room)
    listed = {"type": "presence", "room": room, "presence": [person(team.lea)], "count": 1}
    assert lea.hear() == listed


def test_a_person_with_two_sockets_is_there_once(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    room = room_of(team.project)
    lea = opened.greeted(token_of("lea"))
    lea.follow(room)
    first, second = opened.greeted(token_of("max")), opened.greeted(token_of("max"))
    first.follow(room)
    assert second.follow(room)["count"] == 2
    assert lea.hear()["type"] == "presence:joined"
    first.reset()
    second.say("collaboration", room, event="typing")
    assert lea.hear()["type"] == "collaboration"
    second.reset()
    assert lea.hear()["type"] == "presence:left"


def test_who_has_a_new_name_meanwhile_is_still_one_person(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    room, name = room_of(team.project), team.pia.name
    lea, first = opened.greeted(token_of("lea")), opened.greeted(token_of("pia"))
    lea.follow(room)
    first.follow(room)
    assert lea.hear()["type"] == "presence:joined"
    pia = User.objects.get(pk=team.pia.pk)
    change_profile(actor=by(pia), person=pia, name="Philippa")
    second = opened.greeted(token_of("pia"))
    assert second.follow(room)["count"] == 2
    first.reset()
    second.say("ping")
    second.until("pong")
    second.say("collaboration", room, event="typing")
    heard = lea.until("collaboration")
    assert heard[-1]["person"]["name"] == "Philippa"
    assert [each["type"] for each in heard if each["type"] == "presence:left"] == []
    change_profile(actor=by(pia), person=pia, name=name)


def test_processes_see_each_others_people(
    opened: Opened, second_site: Site, team: Cast, token_of: TokenOf
) -> None:
    room, other = room_of(team.project), Opened(second_site.port)
    lea = opened.greeted(token_of("lea"))
    lea.follow(room)
    with other.stack:
        max_ = other.greeted(token_of("max"))
        assert max_.follow(room)["presence"] == [person(team.lea), person(team.max)]
        assert lea.hear() == {"type": "presence:joined", "room": room, "person": person(team.max)}
        second = other.greeted(token_of("lea"))
        assert second.follow(room)["count"] == 2
        second.say("collaboration", room, event="typing", data=[1])
        for one in (lea, max_):
            assert one.until("collaboration")[-1]["person"] == person(team.lea)
        task = write(team)
        for one in (lea, max_):
            assert one.until("task:created")[-1]["event"]["entity_id"] == str(task.pk)
        max_.reset()
        assert lea.until("presence:left")[-1]["person"] == person(team.max)
    eventually_alone(lea, room, team)


def eventually_alone(one: Socket, room: str, team: Cast) -> None:
    one.say("presence", room)
    assert one.until("presence")[-1]["presence"] == [person(team.lea)]


def test_messages_reach_the_others_of_the_room_only(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    secret = private_project(team)
    lea, max_, moe = (opened.greeted(token_of(name)) for name in ("lea", "max", "moe"))
    for one, row in ((lea, team.project), (max_, team.project), (moe, team.workspace)):
        one.follow(room_of(row))
    lea.until("presence:joined")
    hidden = opened.greeted(token_of("lea"))
    hidden.follow(room_of(secret))
    hidden.say("collaboration", room_of(secret), event="cursor", data={"secret": True})
    cursor: dict[str, Any] = {"event": "cursor", "data": {"x": 1.5, "y": None, "t": "ü\u2028"}}
    lea.say("collaboration", room_of(team.project), **cursor)
    told = {"type": "collaboration", "room": room_of(team.project), "person": person(team.lea)}
    assert max_.hear() == told | cursor
    for one in (lea, max_, moe):
        nothing_more(one)


def test_a_message_without_a_socket(
    opened: Opened, site: Site, team: Cast, token_of: TokenOf
) -> None:
    max_ = opened.greeted(token_of("max"))
    room = max_.follow(room_of(team.project))["room"]
    body = {"project_id": str(team.project.pk), "event_type": "typing", "data": {"task": "ENG-7"}}
    path = "/api/realtime/collaboration"
    site.of(team.lea).ask("POST", path, body, status=204)
    told = {"type": "collaboration", "room": room, "event": "typing", "data": body["data"]}
    assert max_.hear() == told | {"person": person(team.lea)}
    site.of(team.gus).ask("POST", path, body, status=404)
    site.of(team.sam).ask("POST", path, body, status=403)
    site.of(team.lea).ask("POST", path, {"event_type": "typing"}, status=400)
    for wrong in ({"event_type": "x" * 51}, {"event_type": "a\nb"}, {"data": "x" * 16_383}):
        site.of(team.lea).ask("POST", path, body | wrong, status=400)
    nothing_more(max_)


def nested(depth: int) -> Any:
    found: Any = 1
    for _ in range(depth):
        found = [found]
    return found


FITTING = {"x" * 50: None, "big": "x" * (LARGEST_COLLABORATION - 2), "deep": nested(253)}


def test_messages_are_bounded(opened: Opened, team: Cast, token_of: TokenOf) -> None:
    room, max_ = room_of(team.project), opened.greeted(token_of("max"))
    max_.follow(room)
    lea = opened.greeted(token_of("lea"))
    lea.follow(room)
    max_.until("presence:joined")
    for event, data in FITTING.items():
        lea.say("collaboration", room, event=event, data=data)
        assert max_.until("collaboration")[-1]["data"] == data
    wrong: list[dict[str, Any]] = [{"event": "x" * 51}, {"event": ""}, {"event": 1}, {}]
    wrong += [{"event": "x", "data": data} for data in ("x" * 16_383, "é" * 8_192)]
    wrong += [{"event": "x", "data": nested(depth)} for depth in (254, 255, 400)]
    for content in wrong:
        one = opened.greeted(token_of("pia"))
        one.follow(room)
        one.say("collaboration", room, **content)
        closed_with(one, 4400)


def test_who_is_not_in_the_room_tells_and_is_told_nothing(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    room = room_of(team.project)
    for content in ({"type": "collaboration", "event": "x"}, {"type": "presence"}):
        one = opened.greeted(token_of("max"))
        kind = content.pop("type")
        one.say(kind, room, **content)
        assert closed_with(one, 4403)["room"] == room
