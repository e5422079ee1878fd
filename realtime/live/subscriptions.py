"""One person's place in a room: what they have been sent, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtime.live.reading import read_missed
from realtime.live.rooms import RoomRefused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from core.actor import Actor
    from realtime.live.feeds import Feed, Follower
    from realtime.live.reading import Push, Readers
    from realtime.live.rooms import Room
    from realtime.services.access import Access


class Subscription:
    """Follows a room from the number `position` on."""

    def __init__(self, room: Room, actor: Actor, feed: Feed, position: int, admitted: int) -> None:
        self.room, self.actor, self.feed = room, actor, feed
        self.admitted = admitted
        """The person might follow the room after this number; what is known of before is stale."""
        self.position = position
        """All events of the room up to this number have been sent."""
        self.sent = position
        """The number of the last event sent, or where the subscription began."""
        self.person: UUID = actor.person.pk
        self.is_begun = False
        """Whether the client has been told that it follows the room."""

    def begin(self, follower: Follower) -> None:
        self.feed.join(self.room, follower)

    def end(self, follower: Follower) -> None:
        self.feed.leave(self.room, follower)

    async def coming(self, readers: Readers) -> AsyncIterator[tuple[int, int, str, str]]:
        """What is to be sent now: the number, the one before it, type and document of each event.

        RoomRefused once the person may not follow the room any more.
        """
        while self.position < self.feed.seq:
            self._check_right()
            seen = through = self.feed.seq
            access, pushes = self.feed.access, None
            if through >= self.admitted:
                pushes = self.feed.after(self.position, self.person, self.room)
            if pushes is None or access is None:
                rows, through = await readers.run(
                    read_missed, self.actor, self.room, self.position, through
                )
            else:
                rows = [
                    (push.seq, push.type, document)
                    for push in pushes
                    if (document := self._document(push, access)) is not None
                ]
            for seq, kind, document in rows:
                if self.feed.seq != seen:  # while the client read the one before
                    self._check_right()
                before, self.sent = self.sent, seq
                yield seq, before, kind, document
                self.position = seq
            self.position = max(self.position, through)

    def _check_right(self) -> None:
        if self.feed.seq >= self.admitted and self.feed.refuses(self.person, self.room):
            raise RoomRefused

    def _document(self, push: Push, access: Access) -> str | None:
        """The event as the person may see it in this room, None if they may not."""
        if not access.reads(self.person, push.place):
            return None
        if self.room.project_id is not None:
            return push.documents.get(self.room.project_id)
        former = push.place.former_project_id
        if former is not None and not access.reads_project(self.person, push.place.project_id):
            return push.documents.get(former)
        return push.documents.get(push.place.project_id)
