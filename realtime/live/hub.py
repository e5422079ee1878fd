"""The hub of a process: it looks for new events, and for credentials that have ended.

New events are found by their workspace's counter, not announced: nothing can lose an announcement,
and a write costs nothing more. See docs/decisions/0044-sockets-follow-the-counter.md.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from django.db import InterfaceError, OperationalError

from identity.services.kept_credentials import restored, states_of
from realtime.live.feeds import Feed
from realtime.live.inboxes import InboxFeed, InboxRoom, InboxSubscription, inbox_news
from realtime.live.job_progress import PAUSE as JOBS_PAUSE
from realtime.live.job_progress import JobNews, read_jobs
from realtime.live.messages import SIGNED_OUT, TOO_MANY, Closing
from realtime.live.presence import Presence
from realtime.live.reading import Readers, news, read_batch
from realtime.live.subscriptions import Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any
    from uuid import UUID

    from core.actor import Actor
    from identity.services.kept_credentials import Kept
    from realtime.live.rooms import Room

PAUSE = 0.05
"""Seconds between two looks for new events."""
SHARE = 4
"""How many times as long as the last look the next pause is, at least."""
LONGEST_PAUSE = 0.5
CHECKED_EVERY = 2.0
"""Seconds between two checks of all credentials."""
LONGEST_UNCHECKED = 600.0
"""Seconds after which a socket ends if nobody tells this server that its credential has ended."""
AFTER_FAILURE = 1.0
MOST_PER_PERSON = 20
"""The most sockets and streams of one person in a process."""

logger = logging.getLogger(__name__)


class Connected(Protocol):
    """A socket or stream, with its credential and what `states_of` said of it."""

    person: UUID
    kept: Kept
    state: str
    since: float
    """When it was opened, as `time.monotonic()`."""

    def end(self, closing: Closing) -> None:
        """Close it, for this reason."""


class Hub:
    """What all sockets and streams of a process share."""

    def __init__(self) -> None:
        self.feeds: dict[UUID, Feed] = {}
        self.inboxes: dict[UUID, InboxFeed] = {}
        self.connected: set[Connected] = set()
        self._of_person: Counter[UUID] = Counter()
        # Events must not wait behind those who come in great numbers after a restart.
        self.live = Readers(1, "live")
        self.rooms = Readers(3, "rooms")
        self.presence = Presence(self.feeds)
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Belong to the running event loop; the work begins with the first who has to be served."""
        self._loop = asyncio.get_running_loop()

    def _begin(self) -> None:
        if not self._tasks:
            loops = [self._watch, self._watch_jobs, self._check, self.presence.run]
            self._tasks = [asyncio.create_task(_lasting(each)) for each in loops]

    def tell(self, room: Room, content: dict[str, Any]) -> None:
        """Tell the followers of a room something, in all processes."""
        self._begin()
        self.presence.tell(room, content)

    def enter(self, connected: Connected) -> None:
        """Raise Closing if the person has MOST_PER_PERSON of them already."""
        if self.is_full_for(connected.person):
            raise Closing(TOO_MANY, "You have too many open connections.")
        self._begin()
        self._of_person[connected.person] += 1
        self.connected.add(connected)

    def exit(self, connected: Connected) -> None:
        if connected not in self.connected:
            return
        self.connected.discard(connected)
        self._of_person[connected.person] -= 1
        if not self._of_person[connected.person]:
            del self._of_person[connected.person]

    def is_full_for(self, person: UUID) -> bool:
        return self._of_person[person] >= MOST_PER_PERSON

    def tell_from_thread(self, room: Room, content: dict[str, Any]) -> None:
        """`tell` from another thread than the event loop's."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.tell, room, content)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def feed(self, room: Room, last: int) -> Feed:
        """The feed of the room's workspace; a new one begins after the number `last`."""
        if room.workspace_id not in self.feeds:
            self.feeds[room.workspace_id] = Feed(room.workspace_id, last)
        return self.feeds[room.workspace_id]

    def follow(
        self, room: Room | InboxRoom, actor: Actor, since: int, last: int
    ) -> Subscription | InboxSubscription:
        """A subscription after the number `since`; `last` is the latest one of the room."""
        if isinstance(room, InboxRoom):
            inbox = self.inboxes.setdefault(room.person_id, InboxFeed(last))
            return InboxSubscription(room, actor, inbox, since)
        return Subscription(room, actor, self.feed(room, last), since, last)

    async def _watch(self) -> None:
        while True:
            began = time.monotonic()
            found = await self._look()
            looked = time.monotonic() - began
            is_behind = False
            for workspace_id, last in found.items():
                is_behind |= await self._read(self.feeds[workspace_id], last)
            await asyncio.sleep(0 if is_behind else max(PAUSE, min(SHARE * looked, LONGEST_PAUSE)))

    async def _watch_jobs(self) -> None:
        """Tell those who follow their inbox how far their jobs have come."""
        news = JobNews()
        while True:
            await asyncio.sleep(JOBS_PAUSE)
            if not self.inboxes:
                continue
            for person, jobs in (await self.live.run(news.of, list(self.inboxes))).items():
                inbox = self.inboxes.get(person)
                for follower in list(inbox.followers) if inbox else ():
                    for tail in await self.rooms.run(read_jobs, follower.actor, jobs):
                        follower.hear(InboxRoom(person), tail)

    async def _look(self) -> dict[UUID, int]:
        """The workspaces with news, and their last numbers; wakes the followers of inboxes."""
        for person in [pk for pk, inbox in self.inboxes.items() if not inbox.followers]:
            del self.inboxes[person]
        if known := {pk: inbox.seq for pk, inbox in self.inboxes.items()}:
            for person, last in (await self.live.run(inbox_news, known)).items():
                self.inboxes[person].add(last)
        for workspace_id in [pk for pk, feed in self.feeds.items() if not feed.rooms]:
            del self.feeds[workspace_id]
        numbers = {pk: feed.seq for pk, feed in self.feeds.items()}
        return await self.live.run(news, numbers) if numbers else {}

    async def _read(self, feed: Feed, last: int) -> bool:
        """Read the next events of a feed; returns whether there are more."""
        followed = feed.followed()
        try:
            batch = await self.live.run(read_batch, followed, feed.seq, last)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # One workspace must not stop the others: its followers read for themselves.
            logger.exception("events_not_read", extra={"problem": str(feed.workspace_id)})
            feed.skip(last)
        else:
            feed.add(batch, followed)
        return feed.seq < last

    async def _check(self) -> None:
        """End the sockets whose credential has ended."""
        while True:
            await asyncio.sleep(CHECKED_EVERY)
            connected = list(self.connected)  # not who comes while the database is asked
            if not connected:
                continue
            states = await self.live.run(states_of, {each.kept for each in connected})
            for each in connected:
                state = states.get(each.kept, "")
                if state and each.state not in ("", state):
                    state = state if await self.live.run(restored, each.kept) else ""
                is_old = (
                    each.kept.kind == "clerk" and time.monotonic() - each.since > LONGEST_UNCHECKED
                )
                if state and not is_old:
                    each.state = state
                else:
                    each.end(Closing(SIGNED_OUT, "The credential has ended."))


async def _lasting(loop: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a loop for ever; after a failure it begins again."""
    while True:
        try:
            await loop()
        except (OperationalError, InterfaceError) as problem:
            logger.warning("database_does_not_answer", extra={"problem": str(problem)})
        except Exception:
            logger.exception("realtime_failed", extra={"problem": loop.__name__})
        await asyncio.sleep(AFTER_FAILURE)


hub = Hub()
