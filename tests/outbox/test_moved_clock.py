"""Programs whose clock is a day wrong send nothing early, and lose nothing."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db.models import QuerySet
from django.db.models.functions import Now

from config import env, programs
from notifications.models import Reminder
from outbox.mail import EMAIL
from outbox.models import UNDECIDED, Delivery, State
from tests.notifications.test_queue_due_reminders import planned
from tests.outbox.notes import enqueue_account_mail, write
from tests.support.cast import Cast
from tests.support.clock import moved_clock
from tests.support.programs import Programs, eventually
from tests.support.sink import Sink

pytestmark = pytest.mark.debian

DAY, NEAR = 24 * 3600, timedelta(hours=1)
ENQUEUE = """
import time, django
django.setup()
from uuid import uuid4
from tests.outbox.notes import enqueue_account_mail
enqueue_account_mail([("hurried@example.com", None)])
print(time.time())
"""


@pytest.mark.parametrize("seconds", [DAY, -DAY], ids=["a day ahead", "a day behind"])
def test_a_wrong_clock_neither_sends_early_nor_loses(
    people: Cast,
    broker: subprocess.Popen[bytes],
    started: Programs,
    mail_server: Sink,
    tmp_path: Path,
    seconds: int,
) -> None:
    wrong = moved_clock(tmp_path, seconds)
    check_that_it_is_enqueued_now(wrong, seconds)
    write_what_is_due_and_what_is_not(people)

    for command in (programs.relay(), programs.worker(), programs.beat()):
        started.start(command, **wrong)
    eventually(Delivery.objects.filter(kind="task_due", state=State.SENT).exists)
    eventually(lambda: not waiting().exists())

    due, near = Reminder.objects.order_by("rev")
    assert (due.state, near.state) == ("QUEUED", "PLANNED")
    found = set(Delivery.objects.values_list("kind", "state"))
    sent = {(kind, State.SENT) for kind in ("task_due", "unknown_account", "password_reset")}
    assert found == {*sent, ("unknown_account", State.PENDING)}
    assert len(mail_server.mails) == len(sent)


def write_what_is_due_and_what_is_not(people: Cast) -> None:
    """A reminder and an account mail each, now and in an hour; and a mail that may be too late."""
    now = datetime.now(UTC)
    planned(people, fire_at=now)
    planned(people, fire_at=now + NEAR, rev=2)
    enqueue_account_mail([("later@example.com", uuid4())])
    later = Delivery.objects.filter(payload__address="later@example.com")
    later.update(next_at=Now() + NEAR)
    written = Delivery.objects.filter(pk=write("reset").pk)
    written.update(kind="password_reset", recipient_id=people.max.pk)


def waiting() -> QuerySet[Delivery]:
    """What is due now."""
    return Delivery.objects.filter(state__in=UNDECIDED, next_at__lt=Now() + NEAR / 2)


def check_that_it_is_enqueued_now(wrong: dict[str, str], seconds: int) -> None:
    """By the database's clock, whatever that of the program says."""
    found = subprocess.run(
        [sys.executable, "-c", ENQUEUE],
        env={**os.environ, **wrong},
        cwd=env.ROOT,
        check=True,
        capture_output=True,
    )
    told = datetime.fromtimestamp(float(found.stdout.split()[-1]), UTC)
    now = datetime.now(UTC)
    assert abs(told - now - timedelta(seconds=seconds)) < NEAR
    [row] = Delivery.objects.filter(channel=EMAIL)
    assert abs(row.created_at - now) < NEAR
