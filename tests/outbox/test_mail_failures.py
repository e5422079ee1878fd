"""What the mail server's answers mean: a recipient's end, or a mistake that is mended."""

import socket
import time
from collections.abc import Iterator
from logging import WARNING
from pathlib import Path
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from config import local
from outbox.mail import smtp
from outbox.mail.failures import mail_failure
from outbox.mail.smtp import CONTENT_SECONDS
from outbox.models import Delivery, MailFailure, State
from outbox.services import claim_due
from tests.admin.desk import Desk
from tests.outbox.mail_server import MailServer
from tests.outbox.notes import claim, send, write
from tests.support.cast import Client
from tests.support.mail import FILES, SMTP
from tests.support.sink import Sink
from tests.support.staff import sign_in_staff

pytestmark = pytest.mark.django_db

RECIPIENTS = "the mail server does not accept our mail for recipients ({})"


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    server = MailServer()
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    server.start()
    server.connections = 0  # it has tried itself out
    yield server
    smtp.close()
    server.stop()


def try_once() -> Delivery:
    Delivery.objects.filter(state=State.PENDING).update(next_at=Now())
    return send(claim())


@pytest.mark.parametrize(
    ("stage", "answer", "reason"),
    [
        ("EHLO", "550 go away", "the mail server refuses the connection (550)"),
        ("MAIL", "530 sign in first", "the mail server does not accept our sender (530)"),
        ("MAIL", "550 not you", "the mail server does not accept our sender (550)"),
        ("MAIL", "553 5.1.8 max@example.com?", "the mail server does not accept our sender (553)"),
        ("MAIL", "421 busy", "the mail server is too busy (421)"),
        ("MAIL", "451 later", ""),
        ("RCPT", "530 sign in first", RECIPIENTS.format(530)),
        ("RCPT", "550 5.1.8 sender unknown", RECIPIENTS.format(550)),
        ("RCPT", "550 Relaying denied", RECIPIENTS.format(550)),
        ("RCPT", "554 5.7.1 Relay access denied", RECIPIENTS.format(554)),
        ("RCPT", "552 5.2.2 mailbox full", RECIPIENTS.format(552)),
        ("RCPT", "450 greylisted", ""),
        ("DATA", "554 no", "the mail server does not accept our messages (554)"),
        ("DATA", "550 no", "the mail server does not accept our messages (550)"),
        ("DATA", "451 later", ""),
    ],
)
def test_mail_is_kept_while_the_set_up_is_wrong(
    server: MailServer, stage: str, answer: str, reason: str
) -> None:
    server.answers = {stage: answer}
    write()

    row = send(claim())

    assert (row.state, row.attempts, row.claim) == (State.PENDING, 1, None)
    assert answer[:3] in row.reason
    failure = mail_failure()
    assert (failure.reason if failure else "") == reason

    server.answers = {}
    assert try_once().state == State.SENT
    assert (server.sent, mail_failure()) == (1, None)


@pytest.mark.parametrize(
    "answer",
    ["550 no such mailbox", "550 5.1.1 unknown", "551 moved", "553 bad", "554 5.2.1 closed"],
)
def test_mail_to_a_refused_recipient_is_given_up(server: MailServer, answer: str) -> None:
    server.answers = {"RCPT": answer}
    write()

    dead = send(claim())

    assert (dead.state, dead.reason, dead.attempts) == (State.DEAD, answer, 1)
    assert mail_failure() is None


def test_mail_is_kept_while_the_sender_is_no_address(
    server: MailServer, settings: Settings
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Gantry <gantry@@example.com>"
    write()

    assert send(claim()).state == State.PENDING
    failure = mail_failure()
    assert failure is not None
    assert failure.reason == "DEFAULT_FROM_EMAIL is not an address"

    settings.DEFAULT_FROM_EMAIL = "gantry@example.com"
    assert try_once().state == State.SENT


def test_mail_is_kept_while_its_folder_cannot_be_used(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mail").touch()
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, str(tmp_path / "mail")
    write()

    assert send(claim()).state == State.PENDING
    assert MailFailure.objects.get().reason == "the folder for mail cannot be used"

    (tmp_path / "mail").unlink()
    assert try_once().state == State.SENT


def test_mail_is_kept_while_the_server_offers_no_sign_in(
    server: MailServer, settings: Settings
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "gantry", "a secret"
    write()

    row = send(claim())

    assert row.state == State.PENDING
    assert MailFailure.objects.get().reason == "the mail server offers no TLS or no sign-in"


def test_readiness_says_why_mail_fails(server: MailServer) -> None:
    ready = {"status": "ok", "database": "up", "redis": "up"}
    server.answers = {"MAIL": "530 5.7.0 secret@example.com must sign in"}
    write()
    send(claim())

    why = "failing: the mail server does not accept our sender (530)"
    degraded = {"status": "degraded", "database": "up", "redis": "up", "mail": why}
    assert Client().ask("GET", "/readyz") == degraded

    server.answers = {}
    try_once()
    assert Client().ask("GET", "/readyz") == ready


def test_readiness_says_that_nobody_answers(settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = SMTP, local.free_port()
    write()
    send(claim())

    why = "failing: the mail server or folder cannot be reached"
    assert Client().ask("GET", "/readyz")["mail"] == why


def test_failure_is_told_on_the_page_of_deliveries(server: MailServer) -> None:
    desk, notice = Desk(), "Mail is failing"
    sign_in_staff(desk, User.objects.create_superuser("root@example.com", "correct horse"))
    page = reverse("admin:outbox_delivery_changelist")
    assert notice not in desk.get(page).content.decode()
    server.answers = {"DATA": "554 no"}
    write()
    send(claim())

    shown = desk.get(page).content.decode()

    assert notice in shown
    assert "the mail server does not accept our messages (554)" in shown


def test_many_mails_share_a_connection_until_one_is_refused(server: MailServer) -> None:
    def send_three() -> None:
        for _ in range(3):
            write(str(uuid4()))
            send(claim())

    send_three()
    assert (server.sent, server.connections) == (3, 1)

    server.answers = {"DATA": "451 later"}
    send_three()
    assert (server.sent, server.connections) == (3, 3)


def test_a_connection_the_server_does_not_answer_on_is_opened_anew(server: MailServer) -> None:
    server.answers = {"RSET": "421 that was enough"}
    for key in ("one", "two"):
        write(key)
        assert send(claim()).state == State.SENT

    assert (server.sent, server.connections) == (2, 2)


def test_the_log_says_once_that_mail_fails(
    server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    def told() -> list[str]:
        return [record.__dict__["problem"] for record in caplog.records if record.levelno > WARNING]

    refused = "the mail server does not accept our {} ({})"
    server.answers = {"MAIL": "530 5.7.0 max@example.com must sign in"}
    for key in ("one", "two"):
        write(key)
    for claimed in claim_due(limit=2):
        send(claimed)
    assert told() == [refused.format("sender", 530)]

    server.answers = {"DATA": "554 no"}
    Delivery.objects.update(next_at=Now())
    send(claim_due(limit=1)[0])
    assert told() == [refused.format("sender", 530), refused.format("messages", 554)]


def test_a_server_that_thinks_about_the_content_gets_the_mail_once(
    sink: Sink, settings: Settings
) -> None:
    settings.EMAIL_TIMEOUT, sink.pause = 1, 1.5
    write()

    row = send(claim())

    assert (row.state, row.attempts, len(sink.mails)) == (State.SENT, 1, 1)


def test_a_server_that_does_not_answer_before_the_content_is_given_up_soon(
    settings: Settings,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND, settings.EMAIL_TIMEOUT = SMTP, 0.2
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        write()
        began = time.monotonic()

        assert send(claim()).state == State.PENDING

        assert time.monotonic() - began < CONTENT_SECONDS / 2
    assert MailFailure.objects.get().reason == "the mail server does not answer"
