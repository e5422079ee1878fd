"""Deliveries in the admin."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from accounts.models import User
from activity.models import Event
from outbox.models import Delivery, MailContent, State
from tests.admin.desk import Desk, list_of
from tests.outbox.notes import claim, send, write
from tests.support.sink import Sink
from tests.support.staff import sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    browser = Desk()
    sign_in_staff(browser, User.objects.create_superuser("root@example.com", "correct horse"))
    return browser


def test_delivery_page_shows_the_mail_where_it_can_do_no_harm(desk: Desk, sink: Sink) -> None:
    write()
    sent = send(claim())
    MailContent.objects.update(html='<b>"hi"</b><script>alert(1)</script>')

    page = desk.get(reverse("admin:outbox_delivery_change", args=[sent.pk]))

    html = page.content.decode()
    assert page.status_code == 200
    assert '<iframe sandbox="" srcdoc="&lt;b&gt;&quot;hi&quot;&lt;/b&gt;&lt;script&gt;' in html
    assert "<script>alert(1)" not in html


def test_delivery_list_is_searched_by_recipient_and_key(desk: Desk) -> None:
    found, _ = write("one"), write("two")

    for words in (str(found.recipient_id), "one"):
        page = desk.get(list_of(Delivery), {"q": words})
        assert [row.pk for row in page.context["cl"].result_list] == [found.pk]


def test_resend_in_the_admin_is_logged(desk: Desk, sink: Sink) -> None:
    write("sent")
    sent = send(claim())
    waiting = write("waiting")

    page = desk.act("send_again", sent, waiting)

    sent.refresh_from_db()
    assert (sent.state, sent.generation) == (State.PENDING, 1)
    assert "waiting: This delivery has not been decided yet" in page.content.decode()
    assert LogEntry.objects.get().object_id == str(sent.pk)
    assert Event.objects.get(entity="delivery").action == "resent"


def test_cancel_in_the_admin_is_logged(desk: Desk, sink: Sink) -> None:
    write("sent")
    sent = send(claim())
    waiting = write("waiting")

    page = desk.act("cancel", sent, waiting)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (State.SKIPPED, "cancelled by staff")
    assert "sent: This delivery was sent, skipped or given up before" in page.content.decode()
    assert LogEntry.objects.get().object_id == str(waiting.pk)
    assert Event.objects.get(entity="delivery").action == "cancelled"
