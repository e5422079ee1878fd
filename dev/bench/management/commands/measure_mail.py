"""`manage.py measure_mail`: mails a second, and how soon one leaves, with a slow SMTP server."""

import statistics
import time
from contextlib import ExitStack
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.core.management.base import BaseCommand, CommandError

from config import local, processes, programs
from dev.bench.goals import (
    MAIL_BEHIND_OTHERS,
    MAIL_IDLE,
    MAILS_A_SECOND,
    OTHERS_WAITING,
    Figure,
)
from dev.bench.mail_people import MailPeople, enqueue_mails, withdraw_mails
from dev.mail_server import MailServer
from outbox.models import RelayProcess

PER_MAIL = 0.01
"""Seconds the mail server takes for one mail."""
COUNT = 1500
WARM_UP = 100
ASSIGNMENTS = 60
BETWEEN = 0.1
"""Seconds between an assignment's mail and the next assignment."""
PATIENCE = 120.0


class Command(BaseCommand):
    help = "Measure how much mail leaves, and how soon, alone and behind other mail."

    def handle(self, *args: Any, **options: Any) -> None:
        server = MailServer(PER_MAIL)
        server.start()
        environment = {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
        with ExitStack() as stack:
            for command in (programs.worker(), programs.relay()):
                log = stack.enter_context((local.DATA_DIR / f"{command.name}.log").open("wb"))
                changed = processes.Command(
                    command.name, command.argv, env={**command.env, **environment}
                )
                process = processes.start(changed, log)
                stack.callback(processes.stop, process, changed)
            _wait(RelayProcess.objects.exists)
            _send(server, WARM_UP)
            figures = _figures(server)
        for figure in figures:
            self.stdout.write(str(figure))
        if not all(figure.is_reached for figure in figures):
            raise SystemExit(1)


def _figures(server: MailServer) -> list[Figure]:
    figures = [Figure("mails", _send(server, COUNT), "a second", least=MAILS_A_SECOND)]
    people = MailPeople(server)
    other = uuid4()
    figures += _delays("idle", people, MAIL_IDLE)
    for name, workspace in (("the workspace", people.project.workspace_id), ("another", other)):
        enqueue_mails(OTHERS_WAITING, partial(_one, workspace), can_wait=True)
        figures += _delays(f"behind {OTHERS_WAITING} of {name}", people, MAIL_BEHIND_OTHERS)
        figures.append(Figure("still waiting then", withdraw_mails(), "mails", least=1))
        _wait(partial(_is_quiet, server))
    return figures


def _delays(name: str, people: MailPeople, most: float) -> list[Figure]:
    """Median and 99th percentile of ASSIGNMENTS, in seconds."""
    delays = []
    for _ in range(ASSIGNMENTS):
        delays.append(people.seconds_until_told())
        time.sleep(BETWEEN)
    p99 = statistics.quantiles(delays, n=100, method="inclusive")[98]
    about = f"assignment mail {name}"
    return [
        Figure(f"{about}, p50", statistics.median(delays), "s"),
        Figure(f"{about}, p99", p99, "s", most=most),
    ]


def _send(server: MailServer, count: int) -> float:
    """Mails per second, from enqueueing them until the server has taken the last one."""
    workspaces = [uuid4() for _ in range(10)]
    before, start = len(server.taken), time.monotonic()
    enqueue_mails(count, lambda number: workspaces[number % len(workspaces)], can_wait=False)
    _wait(lambda: len(server.taken) >= before + count)
    return count / (time.monotonic() - start)


def _one(workspace: UUID, number: int) -> UUID:
    return workspace


def _is_quiet(server: MailServer) -> bool:
    before = len(server.taken)
    time.sleep(1)
    return len(server.taken) == before


def _wait(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise CommandError("Waited in vain; see the logs of worker and relay.")
        time.sleep(0.02)
