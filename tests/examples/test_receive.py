"""The receiver of docs/webhooks.md, with what is really posted to it."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, Popen
from typing import IO

import pytest
import requests
from pytest_django import Settings

from config import local
from config.env import ROOT
from outbox.models import State
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.programs import eventually
from tests.webhooks.hooks import Hook, hook_to, send_until_sent
from webhooks.models import Webhook
from webhooks.services.queueing import replay_range

EXAMPLE = ROOT / "docs/examples/receive.py"
pytestmark = pytest.mark.django_db


@pytest.fixture
def hook(cast: Cast, settings: Settings) -> Hook:
    settings.WEBHOOKS_TO_ANY_NETWORK = True
    return hook_to(cast, f"http://127.0.0.1:{local.free_port()}/", events=["task"])


@pytest.fixture
def receiver(hook: Hook, tmp_path: Path) -> Iterator[Popen[str]]:
    port = hook.webhook.url.rpartition(":")[2].strip("/")
    command = [sys.executable, str(EXAMPLE), port]
    secret = {"WEBHOOK_SECRET": hook.secret}
    with Popen(command, env=secret, stdout=PIPE, stderr=PIPE, text=True) as process:
        eventually(lambda: refuses_what_is_not_signed(hook.webhook))
        yield process
        process.kill()


def refuses_what_is_not_signed(webhook: Webhook) -> bool:
    try:
        return requests.post(webhook.url, json={}, timeout=5).status_code == 400
    except requests.ConnectionError:
        time.sleep(0.1)
        return False


def test_events_are_verified_and_told_once(cast: Cast, hook: Hook, receiver: Popen[str]) -> None:
    create_task(actor=by(cast.lea), project=cast.project, title="Caulk the seams")
    [sent] = send_until_sent()
    replay_range(actor=by(cast.ada), webhook=hook.webhook, after=0, through=900)
    [again] = send_until_sent()
    assert (sent.state, again.state, again.generation) == (State.SENT, State.SENT, 1)
    receiver.kill()
    output: IO[str] | None = receiver.stdout
    assert output is not None
    assert output.read() == "task.created Lea created ENG-1\n"
