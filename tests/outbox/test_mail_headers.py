"""Who a mail says it is from, and what mail programs thread and file it by."""

from datetime import date
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr

import pytest
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from notifications.models import Reminder
from notifications.services import queue_due_reminders
from outbox.mail.drafts import Mail
from outbox.mail.headers import LONGEST_SENDER, sender_line
from outbox.mail.sending import encoded
from outbox.models import Delivery
from outbox.services import resend
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.nasty_names import NASTY
from tests.support.sink import Sink
from tests.workspaces.inviting import invite


def from_of(sender: str) -> tuple[str, str]:
    """Name and address as a mail program reads them in the bytes that are sent."""
    mail = Mail(to="max@example.com", subject="A note", text="Read me", sender=sender)
    headers = BytesParser(policy=compat32).parsebytes(encoded(mail, "<1@example.com>").content)
    [line] = headers.get_all("From", [])
    name, address = parseaddr(line)
    return str(make_header(decode_header(name))), address


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", "Gantry"),
        ("Acme", "Acme via Gantry"),
        ("Łódź & søn 🚢", "Łódź & søn 🚢 via Gantry"),
        ('The "Big" \\ Co', "The 'Big' / Co via Gantry"),
        ("boss@bank.example", "boss(at)bank·example via Gantry"),
        ("Acme\r\nBcc: all@example.com", "Acme Bcc: all(at)example·com via Gantry"),
        ("A <b>, c; (d)", "A <b>, c; (d) via Gantry"),
    ],
)
def test_the_sender_names_the_workspace(name: str, shown: str) -> None:
    assert from_of(name) == (shown, "gantry@example.com")


def test_no_name_of_a_workspace_hides_who_sends() -> None:
    for name in (*NASTY, "Bank " * 50):
        shown, address = from_of(name)
        assert (shown[-len("Gantry") :], address) == ("Gantry", "gantry@example.com")
        assert len(shown) <= LONGEST_SENDER + len(" via Gantry")


def test_our_own_name_is_that_of_the_settings(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Plans of ACME <plans@acme.example>"
    assert sender_line("Boats") == '"Boats via Plans of ACME" <plans@acme.example>'
    settings.DEFAULT_FROM_EMAIL = "plans@acme.example"
    assert sender_line("Boats") == '"Boats via Gantry" <plans@acme.example>'


@pytest.mark.django_db
def test_all_mails_about_a_task_are_one_thread(cast: Cast, sink: Sink) -> None:
    due = date(2031, 7, 1)
    tasks = [
        create_task(
            actor=by(cast.lea), project=cast.project, title=title, assignee=cast.max, due_date=due
        )
        for title in ("Oil", "Polish")
    ]
    send_all()
    Reminder.objects.filter(task=tasks[0]).update(fire_at=Now())
    queue_due_reminders()
    send_all()
    resend(actor=by(cast.ada), delivery=Delivery.objects.get(kind="task_due"))
    send_all()

    oil, polish, due_mail, again = sink.mails
    root = f"<task-{tasks[0].pk}@example.com>"
    for mail in (oil, due_mail, again):
        assert (mail["References"], mail["In-Reply-To"]) == (root, root)
    assert polish["References"] == f"<task-{tasks[1].pk}@example.com>"
    assert len({mail["Message-ID"] for mail in sink.mails}) == 4
    assert [mail["Subject"].partition(": ")[2] for mail in (oil, due_mail)] == ["Oil (ENG-1)"] * 2


@pytest.mark.django_db
def test_mails_of_a_workspace_can_be_filed(cast: Cast, sink: Sink) -> None:
    invite(cast, "new@example.com")
    create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max)
    send_all()
    assert {mail["List-Id"] for mail in sink.mails} == {f"<{cast.workspace.pk}.example.com>"}
    assert {mail["From"].addresses[0].display_name for mail in sink.mails} == {
        "Analytical Engines via Gantry"
    }
