"""What is locked, open and asked of the database while a delivery is composed and sent."""

from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg.errors import LockNotAvailable

from notifications.mails import assignment_mail
from notifications.services import queue_due_reminders
from outbox.mail.drafts import MailDraft
from outbox.models import Delivery, State
from outbox.registry import Channel, composes, register_channel
from projects.services.deletion import archive_project
from tasks.services.tasks import create_task
from tests.notifications.test_queue_due_reminders import ago, planned
from tests.outbox.notes import claim, send, write
from tests.support.actors import by
from tests.support.cast import gather
from tests.support.context import AS_SYSTEM
from tests.support.databases import CommittedDatabase
from tests.support.sink import Sink

PROBE = "probe"
LOCKS = (
    "SELECT FROM projects_project FOR UPDATE NOWAIT",
    "SELECT FROM tasks_task FOR UPDATE NOWAIT",
    "SELECT FROM outbox_delivery FOR UPDATE NOWAIT",
)


class Probe(Channel[MailDraft, str]):
    """Tries, at each step, whether everything can be locked by somebody else."""

    def __init__(self) -> None:
        self.url = ""
        self.steps: list[str] = []

    def render(self, delivery: Delivery, draft: MailDraft) -> str:
        self._lock_everything("rendered")
        return draft.render().subject

    def send(self, delivery: Delivery, message: str) -> str:
        assert not connection.in_atomic_block
        self._lock_everything("sent")
        return ""

    def _lock_everything(self, step: str) -> None:
        with psycopg.connect(self.url, options=AS_SYSTEM) as other:
            for lock in LOCKS:
                other.execute(lock)
        self.steps.append(step)


probe = Probe()
register_channel(PROBE, probe)
composes("task_assigned", channel=PROBE)(assignment_mail)


def test_no_row_is_locked_while_a_task_is_rendered_and_sent(
    committed_db: CommittedDatabase,
) -> None:
    cast = gather()
    create_task(actor=by(cast.lea), project=cast.project, title="Oil it", assignee=cast.max)
    Delivery.objects.update(channel=PROBE)
    probe.url = committed_db.url
    probe.steps.clear()

    assert send(claim()).state == State.SENT
    assert probe.steps == ["rendered", "sent"]


def test_a_skip_is_written_down_under_the_locks_it_was_decided_under(
    committed_db: CommittedDatabase, sink: Sink
) -> None:
    """Or a project unarchived between the two would find no reminder that was missed."""
    cast = gather()
    planned(cast, fire_at=ago(minutes=1))
    queue_due_reminders()
    archive_project(actor=by(cast.lea), project=cast.project)
    seen: list[str] = []

    def watch(execute: Any, statement: str, params: Any, *rest: Any) -> Any:
        if State.SKIPPED in (params or ()):
            other = psycopg.connect(committed_db.url, options=AS_SYSTEM)
            with other, pytest.raises(LockNotAvailable):
                other.execute(LOCKS[0])
            seen.append(statement)
        return execute(statement, params, *rest)

    with connection.execute_wrapper(watch):
        skipped = send(claim())

    assert (skipped.state, skipped.reason) == (State.SKIPPED, "the project is archived")
    assert len(seen) == 1


@pytest.mark.django_db
def test_a_mail_takes_seven_statements_and_those_of_its_composer(sink: Sink) -> None:
    """Each of three transactions says who it is; then read, take and record, close."""
    write()
    claimed = claim()

    with CaptureQueriesContext(connection) as queries:
        send(claimed)

    asked = [query["sql"] for query in queries.captured_queries]
    assert [sql.split()[0] for sql in asked if not is_of_tests(sql)] == [
        "SELECT",
        "SELECT",
        "SELECT",
        "UPDATE",
        "INSERT",
        "SELECT",
        "UPDATE",
    ]


def is_of_tests(sql: str) -> bool:
    """What only runs because a test is one transaction, and the reading of `send`."""
    return "SAVEPOINT" in sql or "'tests', true" in sql or sql.endswith("LIMIT 21")
