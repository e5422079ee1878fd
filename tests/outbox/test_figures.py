"""What staff and monitoring are told about the outbox."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from outbox.admin import age
from outbox.mail import EMAIL
from outbox.models import Delivery, State
from outbox.services import figures_by_channel, note_relay
from tests.admin.desk import Desk, list_of
from tests.outbox.notes import claim, send, write
from tests.support.sink import Sink
from tests.support.staff import sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def outbox(sink: Sink) -> None:
    """One sent, one put off, one due for an hour, one planned, two given up."""
    sink.answers = ["250 OK", "451 not now"]
    for key in ("sent", "put off"):
        write(key)
        send(claim())
    for key in ("due", "planned", "dead", "dead long ago"):
        write(key)
    hour = timedelta(hours=1)
    of = Delivery.objects.filter
    of(dedupe_key__startswith="dead").close(State.DEAD)
    of(dedupe_key="due").update(queued_at=Now() - hour)
    of(dedupe_key="planned").update(queued_at=Now() + hour, next_at=Now() + hour)
    of(dedupe_key="dead long ago").update(next_at=Now() - 25 * hour)


@pytest.mark.usefixtures("outbox")
def test_figures_count_what_waits_and_what_was_given_up_lately() -> None:
    found = figures_by_channel()

    mail = found.pop(EMAIL)
    assert (mail.pending, mail.put_off, mail.dead) == (2, 1, 1)
    assert timedelta(minutes=59) < mail.oldest < timedelta(minutes=61)
    assert found
    assert {(each.pending, each.put_off, each.dead) for each in found.values()} == {(0, 0, 0)}


@pytest.mark.usefixtures("outbox")
def test_outbox_state_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    note_relay(name="here:1")

    call_command("outbox_state")

    [line] = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert told["relay_is_alive"] is True
    mail = told["channels"][EMAIL]
    assert 3500 < mail.pop("oldest_pending_seconds") < 3700
    assert mail == {"pending": 2, "put_off": 1, "dead_in_24_hours": 1}


@pytest.mark.usefixtures("outbox")
def test_admin_shows_the_figures_and_lists_what_they_count() -> None:
    desk = Desk()
    sign_in_staff(desk, User.objects.create_superuser("root@example.com", "correct horse"))

    def listed(**asked: str) -> set[str]:
        page = desk.get(list_of(Delivery), asked)
        return {row.dedupe_key for row in page.context["cl"].result_list}

    page = desk.get(reverse("admin:outbox_delivery_changelist"))
    [shown] = [row for row in page.context["figures"] if row[0] == EMAIL]
    assert (shown[1].pending, shown[2]) == (2, "1 h")
    assert "Oldest pending" in page.content.decode()

    assert listed(channel=EMAIL, state="waiting") == {"due", "put off"}
    assert listed(channel=EMAIL, state="put_off") == {"put off"}
    assert listed(channel=EMAIL, state=State.DEAD) == {"dead", "dead long ago"}
    assert listed(kind="note", state=State.SENT) == {"sent"}
    assert listed(kind="password_reset") == set()


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.5, "0 s"), (59, "59 s"), (61, "1 min"), (7300, "2 h"), (180000, "2 d")]
)
def test_age_is_told_in_full_units(seconds: float, text: str) -> None:
    assert age(timedelta(seconds=seconds)) == text
