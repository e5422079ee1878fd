"""Feeds: what happens in a workspace, and who in this process follows it in which room.

Nothing waits for a slow reader: a room keeps its latest events, and who is behind them reads from
the log what they have missed.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from realtime.live.reading import Followed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from core.actor import Actor
    from realtime.live.inboxes import InboxRoom
    from realtime.live.reading import Batch, Push
    from realtime.live.rooms import Room
    from realtime.services.access import Access

KEPT = 256
"""The most events that a room keeps."""
KEPT_SIZE = 256 * 1024
"""The most characters of their documents."""


class Follower(Protocol):
    """Who follows a room."""

    person: UUID
    actor: Actor

    def wake(self) -> None:
        """There may be something to send."""

    def hear(self, room: Room | InboxRoom, tail: str) -> None:
        """A message that is not kept: JSON, without the room and the first brace."""


class RoomFeed:
    """The latest events of a room: all that there are after the number `since`."""

    def __init__(self, room: Room, since: int) -> None:
        self.room, self.since = room, since
        self.followers: set[Follower] = set()
        self._pushes: deque[Push] = deque()
        self._size = 0

    def add(self, pushes: list[Push]) -> None:
        for push in pushes:
            self._pushes.append(push)
            self._size += push.size
        while len(self._pushes) > KEPT or self._size > KEPT_SIZE:
            oldest = self._pushes.popleft()
            self._size -= oldest.size
            self.since = oldest.seq

    def after(self, number: int) -> list[Push] | None:
        """The events after a number, in order; None if some of them are not kept any more."""
        if number < self.since:
            return None
        found = []
        for push in reversed(self._pushes):
            if push.seq <= number:
                break
            found.append(push)
        return found[::-1]

    def concerns(self, push: Push) -> bool:
        return self.room.project_id is None or self.room.project_id in push.place.projects

    def recent_projects(self) -> Iterator[UUID]:
        for push in self._pushes:
            yield from push.place.projects


class Feed:
    """A workspace that is followed: its events up to the number `seq` have been read."""

    def __init__(self, workspace_id: UUID, seq: int) -> None:
        self.workspace_id, self.seq = workspace_id, seq
        self.access: Access | None = None
        """As of the last event; None before the first one."""
        self.rooms: dict[UUID | None, RoomFeed] = {}

    def join(self, room: Room, follower: Follower) -> RoomFeed:
        feed = self.rooms.get(room.project_id)
        if feed is None:
            feed = self.rooms[room.project_id] = RoomFeed(room, self.seq)
        feed.followers.add(follower)
        return feed

    def leave(self, room: Room, follower: Follower) -> None:
        if feed := self.rooms.get(room.project_id):
            feed.followers.discard(follower)
            if not feed.followers:
                del self.rooms[room.project_id]

    def followed(self) -> Followed:
        """What is to be read of the next events."""
        rooms = self.rooms.values()
        return Followed(
            self.workspace_id,
            people={each.person for room in rooms for each in room.followers},
            rooms=frozenset(self.rooms),
            recent={pk for room in rooms for pk in room.recent_projects()},
        )

    def add(self, batch: Batch, followed: Followed) -> None:
        """Keep what was read for those who followed then, and wake all whom it concerns."""
        self.seq, self.access = batch.through, batch.access
        everybody = any(push.place.changes_access for push in batch.pushes)
        for key, room in self.rooms.items():
            pushes = [push for push in batch.pushes if room.concerns(push)]
            if key in followed.rooms:
                room.add(pushes)
            else:
                room.since = batch.through  # nothing was read for it
            if pushes or everybody:
                for follower in room.followers:
                    follower.wake()

    def skip(self, through: int) -> None:
        """Keep nothing up to this number: the followers read it from the log."""
        self.seq, self.access = through, None
        for room in self.rooms.values():
            room.since = through
            for follower in room.followers:
                follower.wake()

    def after(self, number: int, person: UUID, room: Room) -> list[Push] | None:
        """The events of a room after a number, None if they must be read from the log.

        Those who began to follow while the last events were read are not known yet.
        """
        is_known = self.access is not None and self.access.knows(person, room.project_id)
        return self.rooms[room.project_id].after(number) if is_known else None

    def refuses(self, person: UUID, room: Room) -> bool:
        """Whether the person may no longer follow the room, as far as is known."""
        if self.access is None or not self.access.knows(person, room.project_id):
            return False
        if room.project_id is None:
            return not self.access.reads_workspace(person)
        return not self.access.reads_project(person, room.project_id)
