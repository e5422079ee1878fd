"""What `bin/bench realtime` measures: figures with their goals, one kind after the other."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from django.db import connection

from accounts.models import User
from activity.services.pages import last_number
from core.context import as_system
from dev.bench.crowds import Asking, Following, following, waits, write_steadily
from dev.bench.goals import EVENT_P50, EVENT_P99, OPENED, REPLAYED, SOCKET_SIZE, Figure
from dev.bench.live_rows import Team, add_log, many_workspaces, team
from dev.bench.processor import mebibytes_of, seconds_of, seconds_of_postgres
from dev.bench.serving import Server
from tests.support.signing import access_token_for

EACH = 20
"""Sockets of a person, the most there may be."""
ROOMS = 50
"""Rooms of a socket, the most there may be."""
PER_SECOND, FEW = 5.0, 0.25
"""Writes a second, with a thousand sockets in the room and with all."""
SETTLED = 3.0
"""Seconds after which sockets that were opened or closed cost no more than they will."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured; by default as much as the goals are about."""

    followers: int = 1000
    idle: int = 10_000
    log: int = 100_000
    workspaces: int = 10_000
    seconds: float = 20.0


def measured(server: Server, sizes: Sizes) -> Iterator[tuple[str, Callable[[], list[Figure]]]]:
    """The kinds of figures, each with what measures it."""
    yield "events", lambda: events(server, sizes)
    yield "idle", lambda: at_rest(server, sizes)
    yield "replay", lambda: replay(server, sizes)
    yield "looking", lambda: looking(server, sizes)


def events(server: Server, sizes: Sizes) -> list[Figure]:
    """How long events take to a thousand sockets, of few people and of as many."""
    crowd = team("Crowd", sizes.followers)
    few = crowd.people[: max(sizes.followers // EACH, 1)]
    return [
        *_events(server, crowd, few, sizes),
        *_events(server, crowd, crowd.people, sizes),
    ]


def _events(server: Server, crowd: Team, people: Sequence[User], sizes: Sizes) -> list[Figure]:
    sockets = _sockets(crowd, people, sizes.followers)
    with following(server.port, sockets) as opened:
        time.sleep(SETTLED)
        processor = _Processor(server)
        answered = _written(server, crowd, PER_SECOND, sizes)
        share = processor.share()
        found = waits(opened, answered, len(sockets))
    name = f"event to {len(sockets)} sockets of {len(people)} people"
    return [
        Figure(f"{name}, p50", found.p50, "ms", most=EVENT_P50),
        Figure(f"{name}, p99", found.p99, "ms", most=EVENT_P99),
        Figure(f"{name}, last", found.last, "ms"),
        Figure(f"{name}, processor", share * 100, f"% at {PER_SECOND:g} a second"),
    ]


def _written(server: Server, crowd: Team, rate: float, sizes: Sizes) -> dict[str, float]:
    """Create tasks at a steady rate; returns when each was answered, by its id."""
    path = f"/api/projects/{crowd.project.pk}/tasks"
    with closing(Asking(server.port, access_token_for(crowd.people[0]))) as asking:
        return write_steadily(asking, path, per_second=rate, seconds=sizes.seconds)


def at_rest(server: Server, sizes: Sizes) -> list[Figure]:
    """What ten thousand open sockets cost, and how long an event takes to all of them."""
    crowd = team("Resting", max(sizes.idle // EACH, 1))
    sockets = _sockets(crowd, crowd.people, sizes.idle)
    _written(server, crowd, PER_SECOND, sizes)  # so that all is loaded
    before, processor = mebibytes_of(server.pid), _Processor(server)
    with following(server.port, sockets, processes=2) as opened:
        each = processor.seconds() / len(sockets)
        time.sleep(SETTLED)
        taken = (mebibytes_of(server.pid) - before) * 1024 / len(sockets)
        share = _Processor(server).during(sizes.seconds)
        answered = _written(server, crowd, FEW, sizes)
        found = waits(opened, answered, len(sockets))
    many = f"{len(sockets)} sockets"
    return [
        Figure(f"memory of each of {many}", taken, "KiB", most=SOCKET_SIZE),
        Figure(
            f"{many} are opened and follow a room",
            len(sockets) / opened.seconds,
            "a second",
            least=OPENED,
        ),
        Figure("each of them takes, processor", each * 1000, "ms"),
        Figure(f"{many} at rest, processor", share * 100, "%"),
        Figure(f"event to {many}, p50", found.p50, "ms"),
        Figure(f"event to {many}, last", found.last, "ms"),
    ]


def replay(server: Server, sizes: Sizes) -> list[Figure]:
    """How fast a long log is read again, over a socket and over HTTP."""
    crowd = team("Log", 10)
    add_log(crowd, sizes.log)
    with as_system("measuring"):
        last = last_number(crowd.workspace.pk)
    token = access_token_for(crowd.people[1])
    workspace, project = _rooms(crowd)
    ways: dict[str, Callable[[], int]] = {
        "over a socket, of a workspace": lambda: _replayed(server, token, workspace, last),
        "over a socket, of a project": lambda: _replayed(server, token, project, last),
        "over HTTP": lambda: _read_again(server, token, crowd, last),
    }
    found = []
    for way, read_all in ways.items():
        processor, began = _Processor(server), time.monotonic()
        amount = read_all()
        rate = amount / (time.monotonic() - began)
        each = processor.seconds() / amount * 1e6
        found.append(Figure(f"{amount} events again {way}", rate, "a second", least=REPLAYED))
        found.append(Figure("each of them, processor", each, "microseconds"))
    return found


def _replayed(server: Server, token: str, room: str, last: int) -> int:
    """Read all events of a room up to the last one; returns how many."""
    amount = 0
    with following(server.port, [(token, [room], 0)]) as opened:
        while True:
            time.sleep(0.2)
            came = opened.received()
            amount += sum(map(len, came.values()))
            if amount and opened.latest == last:
                return amount


def _read_again(server: Server, token: str, crowd: Team, last: int) -> int:
    after = amount = 0
    with closing(Asking(server.port, token)) as asking:
        while after < last:
            path = f"/api/workspaces/{crowd.workspace.pk}/events?after={after}&limit=500"
            page = asking.ask("GET", path)
            after, amount = page["meta"]["through"], amount + len(page["data"])
    return amount


def looking(server: Server, sizes: Sizes) -> list[Figure]:
    """What looking for new events costs while nothing happens, by workspaces followed."""
    amount = max(sizes.workspaces // ROOMS, 1)
    owners = team("Owners", amount).people
    small = many_workspaces(owners, ROOMS)
    sockets: list[Following] = [
        (access_token_for(person), [f"workspace:{one.pk}" for one in theirs], None)
        for person, theirs in zip(owners, small, strict=True)
    ]
    first: Following = (sockets[0][0], sockets[0][1][:1], None)
    found = []
    for chosen in ([], [first], sockets):
        with following(server.port, chosen):
            time.sleep(SETTLED)
            share = _Processor(server).during(sizes.seconds)
        rooms = sum(len(rooms) for _, rooms, _ in chosen)
        found.append(Figure(f"{rooms} workspaces followed, processor", share * 100, "%"))
    return found


def _sockets(crowd: Team, people: Sequence[User], amount: int) -> list[Following]:
    """So many sockets, shared out among these people, in the project's room."""
    tokens = [access_token_for(person) for person in people]
    return [(tokens[n % len(tokens)], [_rooms(crowd)[1]], None) for n in range(amount)]


def _rooms(crowd: Team) -> tuple[str, str]:
    return f"workspace:{crowd.workspace.pk}", f"project:{crowd.project.pk}"


class _Processor:
    """The processor time of the web process and of PostgreSQL since it was made."""

    def __init__(self, server: Server) -> None:
        connection.ensure_connection()
        self._backend = connection.connection.info.backend_pid
        self._server = server
        self._began, self._used = time.monotonic(), self._all()

    def seconds(self) -> float:
        return self._all() - self._used

    def share(self) -> float:
        """Of one processor."""
        return self.seconds() / (time.monotonic() - self._began)

    def during(self, seconds: float) -> float:
        time.sleep(seconds)
        return self.share()

    def _all(self) -> float:
        return seconds_of(self._server.pid) + seconds_of_postgres(self._backend)
