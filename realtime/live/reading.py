"""What the event loop has read in threads: new numbers, new events, and earlier ones."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, ParamSpec, TypeVar
from uuid import UUID

import orjson
from django.db import connection, connections, transaction
from django.db.models import Q

from activity.api.documents import as_shown
from activity.models import Event
from activity.services.names import Asker
from activity.services.pages import Pages
from core.actor import Actor, Audience
from core.context import as_system, show_workspaces_of
from realtime.live.rooms import Room, check_readable
from realtime.services.access import Access, Place, access_to
from workspaces.models import Workspace

BATCH = 100
"""The most events that are read at once for all who follow a workspace."""
PAGE = 1000
"""The most events that are read at once for one who has missed some."""
LARGEST = 32 * 1024
"""The most characters of an event's document that are pushed; of a larger one only the number."""
NEWS = """
    SELECT workspace_id, last_seq FROM activity_eventcounter
    JOIN unnest(%s::uuid[], %s::bigint[]) AS seen (id, seq) ON id = workspace_id
    WHERE last_seq > seq
"""

P = ParamSpec("P")
R = TypeVar("R")


class Push(NamedTuple):
    """An event as it is sent: its document as JSON, by the project whose readers it is for."""

    seq: int
    place: Place
    type: str
    documents: dict[UUID | None, str]

    @property
    def size(self) -> int:
        return sum(map(len, self.documents.values()))


class Followed(NamedTuple):
    """What is followed of a workspace, and by whom."""

    workspace_id: UUID
    people: Collection[UUID]
    rooms: Collection[UUID | None]
    """The projects whose rooms are followed; None is the workspace's own room."""
    recent: Collection[UUID] = ()
    """Projects of pushes that may still be sent."""


class Batch(NamedTuple):
    """The next events of a workspace, `through` a number, and who may read what since then."""

    pushes: list[Push]
    through: int
    access: Access


class Readers:
    """Threads for the event loop; each call gives its connection back to the pool."""

    def __init__(self, threads: int, name: str) -> None:
        self.pool = ThreadPoolExecutor(threads, name)

    async def run(self, function: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
        def call() -> R:
            try:
                return function(*args, **named)
            finally:
                connections.close_all()

        return await asyncio.get_running_loop().run_in_executor(self.pool, call)


def news(numbers: Mapping[UUID, int]) -> dict[UUID, int]:
    """Of the workspaces with these last numbers, the ones that have newer events."""
    with as_system("looking for new events"), connection.cursor() as cursor:
        cursor.execute(NEWS, (list(numbers), list(numbers.values())))
        return dict(cursor.fetchall())


@as_system("events for those who follow them")
def read_batch(followed: Followed, after: int, last: int) -> Batch:
    """The events after a number, as far as somebody follows them; up to `last` or BATCH."""
    through = min(after + BATCH, last)
    rows = Event.objects.filter(workspace_id=followed.workspace_id, seq__gt=after)
    events = list(rows.filter(seq__lte=through).order_by("seq"))
    pushes = _pushes(events, followed)
    projects = {pk for push in pushes for pk in push.place.projects}
    # Read after the events: nobody is sent one that was written after they lost the right.
    projects |= {pk for pk in followed.rooms if pk} | {*followed.recent}
    return Batch(pushes, through, access_to(followed.workspace_id, followed.people, projects))


def _pushes(events: Sequence[Event], followed: Followed) -> list[Push]:
    by_audience: dict[UUID | None, list[Event]] = {}
    for event in events:
        audiences: Collection[UUID | None] = Place.of(event).projects or (None,)
        for project in audiences:
            if None in followed.rooms or project in followed.rooms:
                by_audience.setdefault(project, []).append(event)
    documents: dict[UUID, dict[UUID | None, str]] = {}
    for audience, theirs in by_audience.items():
        shown = as_shown(theirs, Asker(Audience(audience)))
        for event, document in zip(theirs, shown, strict=True):
            documents.setdefault(event.pk, {})[audience] = _as_text(document)
    return [
        Push(event.seq or 0, Place.of(event), type_of(event), documents.get(event.pk, {}))
        for event in events
    ]


def type_of(event: Event) -> str:
    return f"{event.entity}:{event.action}"


def _as_text(document: dict[str, Any]) -> str:
    text = orjson.dumps(document).decode()
    return text if len(text) <= LARGEST else "null"


def read_missed(
    actor: Actor, room: Room, after: int, last: int
) -> tuple[list[tuple[int, str, str]], int]:
    """Events of a room after a number, each with its type and document; and the last number read.

    As `GET /api/workspaces/{id}/events` shows them to the actor; RoomRefused if they may not
    follow the room any more.
    """
    among = Q(workspace_id=room.workspace_id)
    if room.project_id is not None:
        among &= Q(project_id=room.project_id) | Q(former_project_id=room.project_id)
    with transaction.atomic():
        show_workspaces_of(actor.person_id, actor.credential.workspaces)
        page = Pages(actor, among).on(after, last, PAGE)
        check_readable(actor, room)
        workspace = Workspace.objects.visible_to(actor).filter(pk=room.workspace_id).first()
        standing = {"standing": workspace.standing_of(actor)} if workspace else {}
        shown = as_shown(page.events, Asker(actor, **standing))
    rows = zip(page.events, shown, strict=True)
    sent = [(event.seq or 0, type_of(event), _as_text(each)) for event, each in rows]
    return sent, page.examined or last
