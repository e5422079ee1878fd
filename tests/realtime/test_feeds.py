"""Feeds: what is kept of a room, and that whoever comes or is slow misses nothing."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.actor import Actor
from projects.services.members import add_project_member
from realtime.live.feeds import KEPT, KEPT_SIZE, Feed, RoomFeed
from realtime.live.inboxes import InboxRoom
from realtime.live.messages import flaw_of
from realtime.live.reading import Batch, Push, Readers, read_batch, read_missed
from realtime.live.rooms import Room, RoomRefused, find_room
from realtime.live.subscriptions import Subscription
from realtime.services.access import Access, Place, ProjectState, access_to
from tests.realtime.site import private_project, room_of, write
from tests.support.actors import by
from tests.support.cast import Cast
from workspaces.rights import WorkspaceRole

WORKSPACE, PROJECT, OTHER = uuid4(), uuid4(), uuid4()
CLOSED = ProjectState(is_private=True, is_deleted=False)
ROOM = Room(WORKSPACE, PROJECT)
Sent = list[tuple[int, int]]


class Listening:
    """A follower that counts how often it is woken."""

    def __init__(self) -> None:
        self.person: UUID = uuid4()
        self.actor = Actor.system("a test")
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1

    def hear(self, room: Room | InboxRoom, tail: str) -> None:
        raise AssertionError


def push(seq: int, project: UUID | None = PROJECT, size: int = 10) -> Push:
    entity = "task" if project else "membership"
    place = Place(entity, "updated", project, None, None)
    return Push(seq, place, "task:updated", {project: "x" * size})


def batch(through: int, *pushes: Push, access: Access | None = None) -> Batch:
    return Batch(list(pushes), through, access or Access())


def test_a_room_keeps_its_latest_events() -> None:
    room = RoomFeed(ROOM, 10)
    room.add([push(n) for n in range(11, 15)])
    assert [each.seq for each in room.after(12) or []] == [13, 14]
    assert room.after(14) == []
    assert room.after(9) is None
    room.add([push(n) for n in range(15, 15 + KEPT)])
    assert (room.after(13), room.since) == (None, 14)
    assert len(room.after(14) or []) == KEPT


def test_a_room_keeps_no_more_than_so_many_characters() -> None:
    room = RoomFeed(ROOM, 0)
    room.add([push(n, size=KEPT_SIZE // 4) for n in range(1, 8)])
    assert [each.seq for each in room.after(3) or []] == [4, 5, 6, 7]
    assert room.after(2) is None
    room.add([push(8, size=2 * KEPT_SIZE)])
    assert (room.after(7), room.after(8)) == (None, [])


def test_only_those_are_woken_whom_it_concerns() -> None:
    feed, here, there, whole = Feed(WORKSPACE, 0), Listening(), Listening(), Listening()
    feed.join(ROOM, here)
    feed.join(Room(WORKSPACE, OTHER), there)
    feed.join(Room(WORKSPACE, None), whole)
    feed.add(batch(1, push(1)), feed.followed())
    assert [each.woken for each in (here, there, whole)] == [1, 0, 1]
    feed.add(batch(2, push(2, None)), feed.followed())  # a membership: rights may have changed
    assert [each.woken for each in (here, there, whole)] == [2, 1, 2]


def test_a_room_that_is_joined_while_events_are_read_has_none_of_them() -> None:
    feed, early, late = Feed(WORKSPACE, 0), Listening(), Listening()
    feed.join(Room(WORKSPACE, OTHER), early)
    followed = feed.followed()
    feed.join(ROOM, late)
    feed.add(batch(3, push(3)), followed)
    assert feed.rooms[PROJECT].after(2) is None, "it is read from the log"
    assert feed.rooms[PROJECT].after(3) == []
    feed.add(batch(4, push(4)), feed.followed())
    assert [each.seq for each in feed.rooms[PROJECT].after(3) or []] == [4]


def test_who_joins_while_events_are_read_reads_the_log() -> None:
    feed, early, late = Feed(WORKSPACE, 0), Listening(), Listening()
    feed.join(ROOM, early)
    followed = feed.followed()
    feed.join(ROOM, late)
    access = Access(
        people=frozenset(followed.people),
        projects={PROJECT: ProjectState(is_private=False, is_deleted=False)},
    )
    feed.add(batch(1, push(1), access=access), followed)
    assert feed.after(0, early.person, ROOM)
    assert feed.after(0, late.person, ROOM) is None


def test_a_feed_without_followers_has_no_rooms() -> None:
    feed, one, two = Feed(WORKSPACE, 0), Listening(), Listening()
    for each in (one, two, one):
        feed.join(ROOM, each)
    feed.leave(ROOM, one)
    assert feed.rooms[PROJECT].followers == {two}
    for _ in range(2):
        feed.leave(ROOM, two)
    assert feed.rooms == {}


def test_data_is_as_deep_as_what_is_sent() -> None:
    deep: Any = 1
    for _ in range(253):
        deep = [deep]
    assert flaw_of("x", deep) == ""
    assert flaw_of("x", [deep]) == "The event's data cannot be written as JSON."


class Reader:
    """Somebody of the cast in a room, and a feed that is read when a test says so."""

    def __init__(self, team: Cast, name: str, row: Any, since: int | None = None) -> None:
        self.actor = by(getattr(team, name))
        room, last = find_room(self.actor, room_of(row))
        assert isinstance(room, Room)
        self.room = room
        self.feed = Feed(team.workspace.pk, last)
        self.readers = Readers(1, "test")
        place = last if since is None else since
        self.subscription = Subscription(self.room, self.actor, self.feed, place, last)
        self.follower = Listening()
        self.follower.person = self.actor.person.pk
        self.subscription.begin(self.follower)

    def read(self, last: int) -> None:
        """As the hub does."""
        followed = self.feed.followed()
        while self.feed.seq < last:
            self.feed.add(read_batch(followed, self.feed.seq, last), followed)

    def coming(self) -> Sent:
        async def all_of_it() -> Sent:
            coming = self.subscription.coming(self.readers)
            return [(seq, before) async for seq, before, _, _ in coming]

        return asyncio.run(all_of_it())


def number(team: Cast) -> int:
    return find_room(by(team.ada), room_of(team.workspace))[1]


def in_order(first: int, last: int) -> Sent:
    return [(n, n - 1) for n in range(first, last + 1)]


def test_what_the_room_does_not_keep_any_more_is_read_from_the_log(
    team: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.live.feeds.KEPT", 3)
    monkeypatch.setattr("realtime.live.reading.BATCH", 4)
    reader = Reader(team, "max", team.project)
    began = reader.feed.seq
    for _ in range(9):
        write(team)
    reader.read(began + 9)
    assert reader.coming() == in_order(began + 1, began + 9)
    assert reader.coming() == []
    write(team)
    reader.read(began + 10)
    assert reader.coming() == [(began + 10, began + 9)]


def test_pages_of_what_was_missed_follow_each_other(
    team: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.live.reading.PAGE", 2)
    for _ in range(5):
        write(team)
    last = number(team)
    assert Reader(team, "max", team.project, since=last - 5).coming() == in_order(last - 4, last)


def test_rights_that_were_read_earlier_do_not_refuse(team: Cast) -> None:
    """Max was known from another room before he was let into this one."""
    secret = private_project(team)
    stale = access_to(team.workspace.pk, [team.max.pk], [secret.pk])
    before = number(team)
    add_project_member(actor=by(team.lea), project=secret, person=team.max)
    reader = Reader(team, "max", secret, since=before - 1)
    reader.feed.seq, reader.feed.access = before, stale
    assert all(seq <= before for seq, _ in reader.coming())
    reader.read(number(team))
    assert reader.coming()[-1][0] == before + 1


def test_who_lost_the_right_while_events_were_read_is_refused(team: Cast) -> None:
    """Though the batch was read for others, and says nothing of them."""
    secret = private_project(team, team_members=[team.max])
    reader = Reader(team, "max", secret)
    write(team, project=secret)
    secret.memberships.filter(user=team.max).delete()
    reader.feed.skip(number(team))
    with pytest.raises(RoomRefused):
        reader.coming()
    with pytest.raises(RoomRefused):
        read_missed(by(team.max), reader.room, 0, number(team))


def test_who_reads_slowly_and_loses_the_right_is_sent_no_more(team: Cast) -> None:
    """Not even of what had been read for them before."""
    secret = private_project(team, team_members=[team.max])
    reader = Reader(team, "max", secret)
    for _ in range(3):
        write(team, project=secret)
    reader.read(number(team))

    known, heard = frozenset([team.max.pk]), []

    async def read_slowly() -> None:
        async for seq, *_ in reader.subscription.coming(reader.readers):
            heard.append(seq)
            lost = Access(people=known, is_open=True, projects={secret.pk: CLOSED})
            reader.feed.add(batch(reader.feed.seq + 1, access=lost), reader.feed.followed())

    with pytest.raises(RoomRefused):
        asyncio.run(read_slowly())
    assert len(heard) == 1


def test_a_deleted_workspace_is_refused(team: Cast) -> None:
    reader = Reader(team, "max", team.workspace)
    access = Access(people=frozenset([team.max.pk]), roles={team.max.pk: WorkspaceRole.MEMBER})
    reader.feed.add(batch(reader.feed.seq + 1, access=access), reader.feed.followed())
    with pytest.raises(RoomRefused):
        reader.coming()
