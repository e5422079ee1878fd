"""Following rooms: which ones, from which number on, and that nothing is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from projects.services.deletion import delete_project
from tasks.models import Task
from tasks.services.tasks import update_task
from tests.realtime.site import Site, private_project, room_of, write
from tests.realtime.wire import Opened, Socket
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.threads import times

TokenOf = Callable[[str], str]


def closed_with(one: Socket, code: int) -> dict[str, Any]:
    """What is said last before the socket is closed with this code."""
    said = one.end()[-1]
    assert (said["type"], said["code"], one.code) == ("error", code, code)
    return said


def test_events_of_a_project_are_sent_as_they_happen(
    opened: Opened, site: Site, team: Cast, token_of: TokenOf
) -> None:
    room, one = room_of(team.project), opened.greeted(token_of("max"))
    answer = one.follow(room)
    assert (answer["seq"], answer["room"], answer["count"]) == (answer["last"], room, 1)
    path = f"/api/projects/{team.project.pk}/tasks"
    task = site.of(team.lea).ask("POST", path, {"title": "Oil"}, status=201)["data"]
    said = one.hear()
    assert (said["type"], said["room"]) == ("task:created", room)
    assert (said["prev"], said["seq"]) == (answer["seq"], answer["seq"] + 1)
    path = f"/api/workspaces/{team.workspace.pk}/events?after={said['prev']}"
    [event] = site.of(team.max).ask("GET", path)["data"]
    assert event["actor"].pop("email") == "lea@example.com"
    assert said["event"]["actor"].pop("email") is None
    assert said["event"] == event
    assert (event["seq"], event["entity_id"]) == (said["seq"], task["id"])


def test_a_room_has_only_what_is_about_it(opened: Opened, team: Cast, token_of: TokenOf) -> None:
    secret = private_project(team)
    whole, one = opened.greeted(token_of("lea")), opened.greeted(token_of("lea"))
    began = whole.follow(room_of(team.workspace))["seq"]
    assert one.follow(room_of(team.project))["seq"] == began
    write(team, project=secret)
    write(team)
    assert [whole.hear()["seq"] for _ in range(2)] == [began + 1, began + 2]
    said = one.hear()
    assert (said["prev"], said["seq"]) == (began, began + 2)


def test_one_socket_follows_several_rooms(opened: Opened, team: Cast, token_of: TokenOf) -> None:
    secret, one = private_project(team), opened.greeted(token_of("lea"))
    for row in (team.workspace, team.project, secret):
        one.follow(room_of(row))
    write(team, project=secret)
    heard = {one.hear()["room"] for _ in range(2)}
    assert heard == {room_of(team.workspace), room_of(secret)}
    one.say("unsubscribe", room_of(secret))
    assert one.hear() == {"type": "unsubscribed", "room": room_of(secret)}
    write(team, project=secret)
    write(team)
    heard_now = [one.hear()["room"] for _ in range(3)]
    assert sorted(heard_now) == sorted([room_of(team.workspace)] * 2 + [room_of(team.project)])


def test_what_was_missed_is_sent_first(opened: Opened, team: Cast, token_of: TokenOf) -> None:
    room, one = room_of(team.project), opened.greeted(token_of("max"))
    began = one.follow(room)["seq"]
    one.reset()
    for n in range(5):
        write(team, f"Task {n}")
    again = opened.greeted(token_of("max"))
    answer = again.follow(room, since=began + 1)
    assert (answer["seq"], answer["last"]) == (began + 1, began + 5)
    write(team, "Now")
    said = [again.hear() for _ in range(5)]
    assert [each["seq"] for each in said] == [*range(began + 2, began + 7)]
    assert [each["prev"] for each in said] == [*range(began + 1, began + 6)]


def test_a_number_that_is_not_given_yet_means_to_read_all_again(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    room, one = room_of(team.project), opened.greeted(token_of("max"))
    one.say("subscribe", room, since=10_000)
    resync, answer = one.hear(), one.hear()
    assert resync == {"type": "resync", "room": room, "seq": answer["last"]}
    assert answer["seq"] == answer["last"]
    write(team)
    assert one.hear()["prev"] == answer["last"]


def test_following_again_begins_anew(opened: Opened, team: Cast, token_of: TokenOf) -> None:
    room, one = room_of(team.project), opened.greeted(token_of("max"))
    began = one.follow(room)["seq"]
    write(team)
    assert one.hear()["seq"] == began + 1
    assert one.follow(room, since=began)["seq"] == began
    assert one.hear()["seq"] == began + 1
    other_name = f"project:{team.project.pk.hex}"
    assert opened.greeted(token_of("max")).follow(other_name)["room"] == other_name
    one.say("subscribe", other_name)
    assert closed_with(one, 4400)["room"] == other_name


WRITERS, TASKS = 8, 6


def test_nothing_is_lost_or_doubled_under_load(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    """Eight writers, in this project and another one, and readers that come meanwhile."""
    room, secret, readers = room_of(team.project), private_project(team), []

    def follow(since: int | None) -> None:
        one = opened.greeted(token_of("lea"))
        readers.append((one, one.follow(room, since)["seq"]))

    def work(n: int) -> None:
        if n == WRITERS:
            for since in (None, 0, began) * 2:
                follow(since)
        else:
            for k in range(TASKS):
                write(team, f"{n}.{k}", secret if k == 0 else team.project)

    follow(None)
    began = readers[0][1]
    times(WRITERS + 1, work)
    last = write(team, "Last")
    for one, since in readers:
        check_sequence(one, since, last, began)


def check_sequence(one: Socket, since: int, last: Task, began: int) -> None:
    """All up to the last task: in order, each after the one before, and nothing left out."""
    seen: list[dict[str, Any]] = []
    before = since
    while not seen or seen[-1]["event"]["entity_id"] != str(last.pk):
        seen += [each for each in [one.hear()] if "seq" in each]
        assert not seen or seen[-1]["prev"] == before
        before = seen[-1]["seq"] if seen else before
    numbers = [each["seq"] for each in seen]
    assert numbers == sorted(set(numbers))
    made = [each["event"]["entity_id"] for each in seen if each["type"] == "task:created"]
    assert len(made) == WRITERS * (TASKS - 1) + 1 or since > began


UNKNOWN = (
    "project:01a204fed8bd7404a552ae095c12626c",
    "workspace:nonsense",
    "project:",
    "task:1",
    "gantry:realtime",
    "project:x\r\nPUBLISH gantry:realtime x",
    "project:*",
    "project:1' OR '1'='1",
    "Project:1",
    "project:\N{ARABIC-INDIC DIGIT ONE}",
    "project:%00",
    "p" * 10_240,
    "project:" + "a" * 10_240,
    "\x00",
)


@pytest.mark.parametrize("name", UNKNOWN, ids=range(len(UNKNOWN)))
def test_an_unknown_room_is_refused(opened: Opened, token_of: TokenOf, name: str) -> None:
    one = opened.greeted(token_of("lea"))
    one.say("subscribe", name)
    said = closed_with(one, 4403)
    assert said == refusal(name)


def refusal(name: str) -> dict[str, Any]:
    said = "You cannot follow this room."
    return {"type": "error", "code": 4403, "message": said, "room": name}


def test_foreign_deleted_and_invisible_rooms_are_refused_alike(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    secret, gone = private_project(team), private_project(team, key="GONE")
    delete_project(actor=by(team.lea), project=gone)
    tries = [("sam", team.project), ("sam", team.workspace), ("max", secret), ("lea", gone)]
    for who, row in [*tries, ("gus", team.project), ("lea", team.elsewhere)]:
        one = opened.greeted(token_of(who))
        one.say("subscribe", room_of(row))
        assert closed_with(one, 4403) == refusal(room_of(row))
    opened.greeted(token_of("ada")).follow(room_of(secret))
    opened.greeted(token_of("gus")).follow(room_of(team.workspace))


def test_a_document_that_is_too_large_is_read_otherwise(
    opened: Opened, site: Site, team: Cast, token_of: TokenOf
) -> None:
    room, one = room_of(team.project), opened.greeted(token_of("max"))
    one.follow(room)
    task = write(team)
    words = " ".join(map(str, range(12_000)))
    update_task(actor=by(team.lea), task=task, changes={"description": words})
    assert one.hear()["event"]["action"] == "created"
    said = one.hear()
    assert (said["type"], said["event"]) == ("task:updated", None)
    path = f"/api/workspaces/{team.workspace.pk}/events?after={said['prev']}"
    [event] = site.of(team.max).ask("GET", path)["data"]
    assert event["seq"] == said["seq"]
    assert "11999" in str(event["changes"])
