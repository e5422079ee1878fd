"""Who is in which room, and what its followers tell each other; not kept, and not repeated.

Other processes are told through Redis. Without it, those of one process still see each other.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from uuid import UUID

import orjson

from realtime.live.peers import Peers
from realtime.live.rooms import Room

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User
    from realtime.live.feeds import Feed, Follower

MOST_PEOPLE = 100
"""The most people of a room that are listed, and in a room in which comings and goings are told."""


class Person(NamedTuple):
    """What the others in a room see of somebody: `id` is the public one."""

    id: str
    name: str
    avatar_url: str


def _as_text(person: Person) -> str:
    return orjson.dumps(list(person)).decode()


def shown(person: User) -> Person:
    return Person(person.public_id, person.name, person.avatar_url)


class Here(NamedTuple):
    """Somebody who is in a room, with so many sockets."""

    person: Person
    sockets: int


class Listener(Protocol):
    def announce(self, *, degraded: bool) -> None:
        """Other processes are not reached any more, or are again."""


class Presence:
    """The people in the rooms of this process, by room; a person may be there several times."""

    def __init__(self, feeds: Mapping[UUID, Feed]) -> None:
        self._feeds = feeds
        self._people: dict[Room, dict[str, Here]] = {}
        self.listeners: set[Listener] = set()
        self.peers = Peers(heard=self._hear_peer, present=self._present, changed=self._announce)

    async def run(self) -> None:
        await self.peers.run()

    @property
    def is_degraded(self) -> bool:
        return self.peers.is_reached is False

    def join(self, room: Room, person: Person, *, but: Follower) -> None:
        here = self._people.setdefault(room, {})
        is_new = person.id not in here
        here[person.id] = Here(person, 1 if is_new else here[person.id].sockets + 1)
        if is_new:
            self.peers.note(room.key, person.id, _as_text(person))
            self._tell_of(room, "presence:joined", person, but=but)

    def leave(self, room: Room, person: Person, *, but: Follower) -> None:
        here = self._people[room]
        shown, sockets = here[person.id]
        if sockets > 1:
            here[person.id] = Here(shown, sockets - 1)
            return
        del here[person.id]
        self.peers.note(room.key, person.id, None)
        self._tell_of(room, "presence:left", shown, but=but)
        if not here:
            del self._people[room]

    async def people(self, room: Room) -> dict[str, Any]:
        """Up to MOST_PEOPLE who are in the room, in any process, and how many there are."""
        here = self._people.get(room, {})
        found = {pk: each.person for pk, each in islice(here.items(), MOST_PEOPLE)}
        texts, others = await self.peers.people(room.key)
        amount = len(here) + others
        for person in (Person(*orjson.loads(text)) for text in texts):
            amount -= person.id in found  # with a socket in each of two processes
            found.setdefault(person.id, person)
        shown = sorted(found.values(), key=lambda each: (each.name, each.id))[:MOST_PEOPLE]
        return {"presence": [each._asdict() for each in shown], "count": amount}

    def tell(self, room: Room, content: dict[str, Any], *, but: Follower | None = None) -> None:
        """Send a message to the followers of the room in all processes, except to one of them."""
        tail = orjson.dumps(content).decode()[1:]
        self._hear(room, tail, but)
        self.peers.tell([str(room.workspace_id), str(room.project_id or ""), tail])

    def _tell_of(self, room: Room, kind: str, person: Person, *, but: Follower) -> None:
        if len(self._people.get(room, {})) <= MOST_PEOPLE:
            self.tell(room, {"type": kind, "person": person._asdict()}, but=but)

    def _hear(self, room: Room, tail: str, but: Follower | None = None) -> None:
        feed = self._feeds.get(room.workspace_id)
        if feed is None or room.project_id not in feed.rooms:
            return
        for follower in feed.rooms[room.project_id].followers:
            if follower is not but:
                follower.hear(room, tail)

    def _hear_peer(self, message: list[str]) -> None:
        workspace, project, tail = message
        self._hear(Room(UUID(workspace), UUID(project) if project else None), tail)

    def _present(self) -> dict[str, dict[str, str]]:
        """By room and person, the people of this process."""
        return {
            room.key: {pk: _as_text(each.person) for pk, each in here.items()}
            for room, here in self._people.items()
        }

    def _announce(self) -> None:
        for each in self.listeners:
            each.announce(degraded=self.is_degraded)
