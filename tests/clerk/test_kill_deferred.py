"""Programs that are killed while a message of Clerk is applied: it has its effect once."""

import json
import sys

from django.db.models.functions import Now
from pytest_django import Settings

from accounts.events import PersonRegistered
from accounts.models import User
from activity.models import Event
from clerk.models import ExternalRecord, WebhookReceipt
from config.processes import Command
from core.events import _receivers
from jobs.models import FunctionRun, RunState
from tests.support.clerk_messages import NOW, SECRET, grace, tell
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually

NO_BROKER = {"REDIS_URL": "redis://127.0.0.1:1/0"}
SHELL = """
import json
from clerk.services.messages import Message, apply_message
print(apply_message(Message(**json.loads({message!r}))))
"""


def apply_elsewhere(here: Programs, **extra: str) -> int:
    """Apply the message about Grace in a process of its own; returns how it ended."""
    about = {"id": "msg_1", "kind": "user.created", "about": grace(), "at": NOW}
    code = SHELL.format(message=json.dumps(about))
    command = Command("shell", [sys.executable, "manage.py", "shell", "-v", "0", "-c", code])
    return here.start(command, **NO_BROKER, **extra).wait(timeout=60)


def defer(*, first_name: str, at: int, msg: str) -> None:
    """A message whose effect fails in this process, and in no other."""

    def fail(events: object) -> None:
        raise RuntimeError("no room")

    _receivers[PersonRegistered].append(fail)
    try:
        assert tell("user.created", grace(at=at, first_name=first_name), msg=msg) == "deferred"
    finally:
        _receivers[PersonRegistered].remove(fail)


def test_killed_between_receipt_and_effect_it_is_as_if_it_had_not_come(
    committed_db: CommittedDatabase, started: Programs
) -> None:
    assert apply_elsewhere(started, GANTRY_FAULTS="clerk.before_commit=kill:1") == -9
    assert not WebhookReceipt.objects.exists()
    assert not User.objects.exists()

    assert apply_elsewhere(started) == 0
    assert apply_elsewhere(started) == 0

    assert User.objects.get().name == "Grace Hopper"
    assert Event.objects.filter(action="registered").count() <= 1
    assert WebhookReceipt.objects.get().pk == "msg_1"


def test_a_deferred_message_outlives_who_applies_it_and_overwrites_nothing(
    committed_db: CommittedDatabase, started: Programs, settings: Settings
) -> None:
    settings.CLERK_WEBHOOK_SECRETS = [SECRET]
    defer(first_name="Old", at=NOW, msg="msg_1")
    dying = started.relay(GANTRY_FAULTS="functions.before_commit=kill:1", **NO_BROKER)
    assert dying.wait(timeout=60) == -9
    run = FunctionRun.objects.get()
    assert (run.state, run.attempts) == (RunState.RUNNING, 1)
    assert not User.objects.exists()

    newer = grace(at=NOW + 5, first_name="New")
    assert tell("user.updated", newer, msg="msg_2") == "processed"
    FunctionRun.objects.update(next_at=Now())
    started.relay(**NO_BROKER)
    eventually(lambda: FunctionRun.objects.get().state == RunState.SUCCEEDED)

    run.refresh_from_db()
    assert (run.attempts, run.deaths, run.personal) == (2, 1, {})
    assert User.objects.get().name == "New Hopper"
    assert ExternalRecord.objects.get().heard_at == NOW + 5


def test_a_relay_applies_what_was_deferred_within_seconds(
    committed_db: CommittedDatabase, started: Programs, settings: Settings
) -> None:
    settings.CLERK_WEBHOOK_SECRETS = [SECRET]
    started.relay(**NO_BROKER)
    started.relay(**NO_BROKER)
    defer(first_name="Grace", at=NOW, msg="msg_1")

    eventually(lambda: FunctionRun.objects.get().state == RunState.SUCCEEDED, 20)

    assert FunctionRun.objects.get().attempts == 1
    assert User.objects.get().name == "Grace Hopper"
