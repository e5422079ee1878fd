"""A person's own room: what is put into their inbox, or changes there, in the order of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from django.db import connection, transaction

from core.context import as_system, show_workspaces_of
from core.documents.reading import show
from core.documents.selection import bind
from notifications.api.documents import NotificationDocument
from notifications.models import Notification
from notifications.services.inbox import inbox_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from uuid import UUID

    from core.actor import Actor
    from realtime.live.feeds import Follower
    from realtime.live.reading import Readers

TYPE = "notification"
PAGE = 100
"""The most notifications that are read at once."""
NEWS = """
    SELECT person_id, last_seq FROM notifications_inboxcounter
    JOIN unnest(%s::uuid[], %s::bigint[]) AS seen (id, seq) ON id = person_id
    WHERE last_seq > seq
"""


class InboxRoom(NamedTuple):
    """Followed by its person only, with any number of sockets."""

    person_id: UUID


class InboxFeed:
    """An inbox that is followed: `seq` is the last number that is known of."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.followers: set[Follower] = set()

    def add(self, last: int) -> None:
        self.seq = last
        for follower in self.followers:
            follower.wake()


class InboxSubscription:
    """Follows an inbox from the number `position` on; otherwise as `Subscription`."""

    def __init__(self, room: InboxRoom, actor: Actor, feed: InboxFeed, position: int) -> None:
        self.room, self.actor, self.feed = room, actor, feed
        self.position = self.sent = position
        self.is_begun = False

    def begin(self, follower: Follower) -> None:
        self.feed.followers.add(follower)

    def end(self, follower: Follower) -> None:
        self.feed.followers.discard(follower)

    async def coming(self, readers: Readers) -> AsyncIterator[tuple[int, int, str, str]]:
        """What is to be sent now, as `Subscription` has it; the document with `unread` behind it.

        Only the latest state of a notification that has changed several times.
        """
        while self.position < self.feed.seq:
            rows, through = await readers.run(read_inbox, self.actor, self.position, self.feed.seq)
            for seq, document in rows:
                before, self.sent = self.sent, seq
                yield seq, before, TYPE, document
                self.position = seq
            self.position = max(self.position, through)


def inbox_news(numbers: Mapping[UUID, int]) -> dict[UUID, int]:
    """Of the people whose inboxes have these last numbers, the ones that have newer ones."""
    with as_system("looking for new notifications"), connection.cursor() as cursor:
        cursor.execute(NEWS, (list(numbers), list(numbers.values())))
        return dict(cursor.fetchall())


def find_inbox(actor: Actor, named: str) -> tuple[InboxRoom, int] | None:
    """The actor's own inbox and its last number; None for the name of anybody else."""
    person = actor.person
    if named not in ("me", person.public_id, str(person.pk)):
        return None
    return InboxRoom(person.pk), inbox_of(actor).seq


def read_inbox(actor: Actor, after: int, last: int) -> tuple[list[tuple[int, str]], int]:
    """The notifications with higher numbers that the actor may read, and the last number read.

    Each as JSON, with the key `unread` and the number of those that are not read behind it.
    """
    with transaction.atomic():
        show_workspaces_of(actor.person_id, actor.credential.workspaces)
        found = Notification.objects.visible_to(actor).filter(seq__gt=after).order_by("seq")
        rows = show(
            NotificationDocument,
            bind(found[:PAGE]),
            order="seq",
            values={"actor": actor.person_id},
        )
        unread = inbox_of(actor).unread
    sent: list[tuple[Any, str]] = [
        (row.place, f'{orjson.dumps(row.document).decode()},"unread":{unread}') for row in rows
    ]
    return sent, sent[-1][0] if len(sent) == PAGE else last
