"""`manage.py measure_mail`: mails per second of relay and worker, with a slow SMTP server."""

import asyncio
import threading
import time
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError

from config import local, processes, programs
from core.context import as_system
from outbox.mail import EMAIL
from outbox.models import Delivery, RelayProcess
from outbox.services import enqueue_all

PER_MAIL = 0.01
"""Seconds the mail server takes for one mail."""
COUNT = 1500
WARM_UP = 100
GOAL = 100
PATIENCE = 120.0
ANSWERS = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}


class MailServer:
    """An SMTP server that accepts everything; `taken` is the number of mails."""

    def __init__(self) -> None:
        self.taken = 0
        self.port = local.free_port()

    def start(self) -> None:
        threading.Thread(target=asyncio.run, args=[self._serve()], daemon=True).start()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._serve_client, "127.0.0.1", self.port)
        await server.serve_forever()

    async def _serve_client(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            writer.write(ANSWERS.get(verb, b"250 OK\r\n"))
            if verb == b"DATA":
                await reader.readuntil(b"\r\n.\r\n")
                await asyncio.sleep(PER_MAIL)
                self.taken += 1
                writer.write(b"250 OK\r\n")
        writer.close()


class Command(BaseCommand):
    help = "Measure how much mail leaves, with the worker and while it is stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        server = MailServer()
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
            rate = _send(server, COUNT)
        self.stdout.write(f"{rate:.0f} mails a second, at {PER_MAIL * 1000:g} ms for each")
        if rate < GOAL:
            raise SystemExit(1)


def _send(server: MailServer, count: int) -> float:
    """Mails per second, from enqueueing them until the server has taken the last one."""
    before, start = server.taken, time.monotonic()
    _enqueue(count)
    _wait(lambda: server.taken >= before + count)
    return count / (time.monotonic() - start)


@as_system("measuring mail")
def _enqueue(count: int) -> None:
    """Write deliveries of mail for ten workspaces."""
    workspaces = [uuid4() for _ in range(10)]
    rows = [
        Delivery(
            channel=EMAIL,
            kind="unknown_account",
            recipient_id=uuid4(),
            dedupe_key=str(uuid4()),
            payload={"address": f"{uuid4().hex}@example.com"},
            workspace_id=workspaces[number % len(workspaces)],
        )
        for number in range(count)
    ]
    enqueue_all(deliveries=rows)


def _wait(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise CommandError("Waited in vain; see the logs of worker and relay.")
        time.sleep(0.02)
