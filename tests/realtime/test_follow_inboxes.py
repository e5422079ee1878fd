"""Following one's own inbox: who may, what is pushed, and that nothing is lost."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from comments.services.comments import add_comment
from notifications.models import InboxCounter
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.realtime.site import Site, room_of, write
from tests.realtime.test_follow_rooms import closed_with
from tests.realtime.wire import Opened, Socket
from tests.support.actors import by
from tests.support.cast import Cast

TokenOf = Callable[[str], str]


def given(team: Cast) -> Task:
    """A task that Lea gave to Max."""
    return create_task(actor=by(team.lea), project=team.project, title="Oil", assignee=team.max)


def unread(site: Site, team: Cast) -> dict[str, int]:
    found: dict[str, int] = site.of(team.max).ask("GET", "/api/notifications/count")["data"]
    return found


def heard(one: Socket) -> tuple[str, str, int, int, int]:
    said = one.hear()
    return said["type"], said["event"]["kind"], said["prev"], said["seq"], said["unread"]


def test_what_one_is_told_is_pushed(
    opened: Opened, site: Site, team: Cast, token_of: TokenOf
) -> None:
    one = opened.greeted(token_of("max"))
    answer, before = one.follow("user:me"), unread(site, team)
    assert answer["seq"] == answer["last"] == before["seq"]
    given(team)
    said = one.hear()
    [shown, *_] = site.of(team.max).ask("GET", "/api/notifications")["data"]
    assert said == {
        "type": "notification",
        "room": "user:me",
        "seq": answer["seq"] + 1,
        "prev": answer["seq"],
        "event": shown,
        "unread": before["unread"] + 1,
    }


def test_what_changes_is_pushed_again(
    opened: Opened, site: Site, team: Cast, token_of: TokenOf
) -> None:
    given(team)
    one, before = opened.greeted(token_of("max")), unread(site, team)
    last = one.follow("user:me")["seq"]
    [shown, *_] = site.of(team.max).ask("GET", "/api/notifications")["data"]
    site.of(team.max).ask("PATCH", f"/api/notifications/{shown['id']}", {"is_read": True})
    assert heard(one) == ("notification", "ASSIGNED", last, last + 1, before["unread"] - 1)


def test_what_was_missed_is_sent_first(opened: Opened, team: Cast, token_of: TokenOf) -> None:
    one = opened.greeted(token_of("max"))
    began = one.follow(f"user:{team.max.public_id}")["seq"]
    one.reset()
    task = given(team)
    add_comment(actor=by(team.ada), task=task, content="How?")
    again = opened.greeted(token_of("max"))
    assert again.follow("user:me", since=began)["last"] == began + 2
    assert [heard(again)[1:4] for _ in range(2)] == [
        ("ASSIGNED", began, began + 1),
        ("COMMENTED", began + 1, began + 2),
    ]


def test_a_number_of_the_future_is_answered_with_the_last(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    one, last = opened.greeted(token_of("max")), InboxCounter.objects.get(pk=team.max.pk).last_seq
    one.say("subscribe", "user:me", since=last + 5)
    assert one.hear() == {"type": "resync", "room": "user:me", "seq": last}
    assert one.hear()["seq"] == last


@pytest.mark.parametrize("name", ["lea", "nobody"])
def test_nobody_follows_the_inbox_of_somebody_else(
    opened: Opened, team: Cast, token_of: TokenOf, name: str
) -> None:
    one, other = opened.greeted(token_of("max")), getattr(team, name, None)
    one.say("subscribe", f"user:{other.pk if other else 'x'}")
    closed_with(one, 4403)


@pytest.mark.parametrize("kind", ["presence", "collaboration"])
def test_nobody_else_is_in_an_inbox(
    opened: Opened, team: Cast, token_of: TokenOf, kind: str
) -> None:
    one = opened.greeted(token_of("max"))
    one.follow("user:me")
    more: dict[str, Any] = {"event": "typing", "data": 1} if kind == "collaboration" else {}
    one.say(kind, "user:me", **more)
    closed_with(one, 4400)


def test_an_inbox_beside_other_rooms(opened: Opened, team: Cast, token_of: TokenOf) -> None:
    one, two = opened.greeted(token_of("max")), opened.greeted(token_of("max"))
    one.follow(room_of(team.project))
    one.follow("user:me")
    two.follow("user:me")
    two.say("unsubscribe", "user:me")
    assert two.hear()["type"] == "unsubscribed"
    given(team)
    kinds = sorted(one.hear()["type"] for _ in range(3))
    assert kinds == ["notification", "task:assigned", "task:created"]
    write(team)
    assert one.hear()["type"] == "task:created"


def test_a_stream_sends_what_a_socket_is_sent(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    path, one = "/api/notifications/stream", opened.greeted(token_of("max"))
    last = one.follow("user:me")["last"]
    stream = opened.stream(token_of("max"), path)
    given(team)
    told, said = stream.hear(), one.hear()
    assert (told["event"], told["id"]) == ("notification", str(last + 1))
    assert json.loads(told["data"]) == said
    again = opened.stream(token_of("max"), path, Last_Event_ID=str(last))
    assert again.data() == said
    assert opened.stream("", path).status == 401
