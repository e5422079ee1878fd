"""What the outbox says of its deliveries, and what has to hold between it and the mail server."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import psycopg
from psycopg.rows import args_row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dev.faults.mail_writing import Journal
    from dev.mail_server import Taken

ASSIGNED = "task_assigned"
DUE = ("task_due_soon", "task_due", "task_overdue")
WAITING = """
    state IN ('PENDING', 'SENDING') AND queued_at <= now()
        AND NOT (state = 'PENDING' AND attempts = 0 AND next_at > now())
"""
"""Not those that are planned for later."""
DELIVERIES = """
    SELECT d.id::text, kind, recipient_id::text, payload ->> 'task', state, attempts, reason,
        extract(epoch FROM m.composed_at)::float
    FROM outbox_delivery d LEFT JOIN outbox_mailcontent m ON m.delivery_id = d.id
    WHERE channel = 'email'
"""
TOLD_OF = """
    SELECT entity_id::text, changes #>> '{assignee,new}', count(*) FROM activity_event
    WHERE entity = 'task' AND action = 'assigned' AND changes #>> '{assignee,new}' IS NOT NULL
        AND actor_id::text IS DISTINCT FROM changes #>> '{assignee,new}'
    GROUP BY 1, 2
"""
STUCK = """
    SELECT id::text FROM outbox_delivery
    WHERE state = 'SENDING' AND next_at < now() - %s * interval '1 second'
"""
HURRY = """
    UPDATE outbox_delivery SET next_at = now() WHERE state = 'PENDING' AND attempts > 0
"""
SLACK = 1.0


class Row(NamedTuple):
    """A delivery of mail; `composed_at` is the time of its last attempt, since the epoch."""

    id: str
    kind: str
    recipient: str
    task: str | None
    state: str
    attempts: int
    reason: str
    composed_at: float | None


class Outbox:
    """The tables of the run, read past the walls of workspaces."""

    @contextmanager
    def _reading(self) -> Iterator[psycopg.Cursor[tuple[object, ...]]]:
        # As a backup does, and for this session only.
        system = "-c gantry.system=faults"
        direct = os.environ["DIRECT_URL"]
        with psycopg.connect(direct, autocommit=True, options=system) as connection:
            yield connection.cursor()

    def rows(self) -> list[Row]:
        with self._reading() as cursor:
            found = cursor.connection.cursor(row_factory=args_row(Row))
            return found.execute(DELIVERIES).fetchall()

    def undecided(self) -> set[str]:
        return self._ids("state IN ('PENDING', 'SENDING')")

    def being_sent(self) -> set[str]:
        return self._ids("state = 'SENDING'")

    def waiting(self) -> set[str]:
        return self._ids(WAITING)

    def _ids(self, condition: str) -> set[str]:
        statement = f"SELECT id::text FROM outbox_delivery WHERE {condition}"
        with self._reading() as cursor:
            return {str(row[0]) for row in cursor.execute(statement.encode()).fetchall()}

    def stuck(self, lease: float) -> list[str]:
        """Those whose lease ended so long ago that somebody should have taken them over."""
        with self._reading() as cursor:
            return [str(row[0]) for row in cursor.execute(STUCK, [lease]).fetchall()]

    def hurry(self) -> None:
        """Make due at once what was put off."""
        with self._reading() as cursor:
            cursor.execute(HURRY)

    def assignments(self) -> Counter[tuple[str, str]]:
        """How often the log says that a task was given to a person by somebody else."""
        with self._reading() as cursor:
            found = cursor.execute(TOLD_OF).fetchall()
        return Counter({(str(task), str(person)): int(str(n)) for task, person, n in found})


def id_of(message_id: str) -> str:
    """The delivery that a mail is of."""
    return message_id.lstrip("<").partition(".")[0]


def wrong_copies(
    rows: Iterable[Row], taken: Collection[Taken], excused: Collection[str]
) -> Iterator[str]:
    """What the server has taken too often, or never.

    A copy is right if the server had not said that it took the mail; or if what sent it was killed
    or stopped meanwhile (`excused`), and then as often as it was tried.
    """
    known = {row.id: row for row in rows}
    found: dict[str, list[Taken]] = defaultdict(list)
    for each in taken:
        found[id_of(each.message_id)].append(each)
    for key in found.keys() - known.keys():
        yield f"nobody wrote the mail {found[key][0].message_id}"
    for key, row in known.items():
        mails = found[key]
        said = sum(not mail.was_dropped for mail in mails)
        if len({mail.message_id for mail in mails}) > 1:
            yield f"{row} has copies with other ids: {mails}"
        if row.state == "SENT" and not mails:
            yield f"{row} never arrived"
        most = row.attempts if key in excused else int(row.state == "SENT")
        if said > most:
            yield f"{row} arrived {said} times, at most {most}"


def wrong_intents(
    rows: Iterable[Row], journal: Journal, logged: Counter[tuple[str, str]]
) -> Iterator[str]:
    """Assignments that do not have one delivery each."""
    enqueued = Counter(
        (row.task, row.recipient) for row in rows if row.kind == ASSIGNED and row.task
    )
    for pair in logged.keys() | enqueued.keys():
        if logged[pair] != enqueued[pair]:
            yield f"{pair} was assigned {logged[pair]} times, with {enqueued[pair]} deliveries"
    for pair, times in journal.assigned.items():
        if logged[pair] < times:
            yield f"{pair} was acknowledged {times} times, and logged {logged[pair]} times"


def too_late(rows: Iterable[Row], journal: Journal, lease: float) -> Iterator[str]:
    """Mails written after what they say had ended.

    Rows are read at most a lease before it is written down that the mail is being sent.
    """
    ends = {ASSIGNED: journal.ends_mail, **dict.fromkeys(DUE, journal.ends_reminders)}
    for row in rows:
        if row.state != "SENT" or row.kind not in ends or not row.task or not row.composed_at:
            continue
        ended = ends[row.kind](row.task, row.recipient)
        if ended is not None and row.composed_at > ended + lease + SLACK:
            yield f"{row} was written {row.composed_at - ended:.1f} s after it had ended"
