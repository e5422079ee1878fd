"""How much mail somebody gets from a workspace they were added to and never opened."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from outbox.mail.drafts import Mail
from outbox.models import Delivery, State
from outbox.services import claim_due, deliver
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast, client_of, person
from tests.support.databases import CommittedDatabase
from tests.support.sink import Sink, part
from tests.support.threads import at_once, times
from tests.workspaces.inviting import invite, prove, token_of
from workspaces.models import Membership
from workspaces.services.invitations import resend_invitation
from workspaces.services.mail_allowance import MOST_A_DAY, TOO_MANY, keep_within_allowance
from workspaces.services.workspaces import add_member


def unopened(cast: Cast) -> None:
    """Max was added, and never came."""
    Membership.objects.filter(user=cast.max).update(opened_at=None)


def assign(cast: Cast, count: int) -> None:
    for number in range(count):
        create_task(
            actor=by(cast.lea), project=cast.project, title=f"Task {number}", assignee=cast.max
        )


def test_more_than_ten_mails_are_skipped(cast: Cast, sink: Sink) -> None:
    unopened(cast)
    assign(cast, MOST_A_DAY + 3)

    deliveries = send_all()

    assert [row.state for row in deliveries].count(State.SENT) == MOST_A_DAY == len(sink.mails)
    assert {row.reason for row in deliveries if row.state == State.SKIPPED} == {TOO_MANY}
    assert client_of(cast.max).ask("GET", "/api/projects")["data"]


def test_members_who_have_been_there_get_everything(cast: Cast, sink: Sink) -> None:
    assign(cast, MOST_A_DAY + 3)

    assert {row.state for row in send_all()} == {State.SENT}
    assert not any("/api/unsubscribe/" in str(mail) for mail in sink.mails)


def test_the_allowance_is_of_the_last_24_hours(cast: Cast, sink: Sink) -> None:
    unopened(cast)
    assign(cast, MOST_A_DAY)
    send_all()
    Delivery.objects.filter(state=State.SENT).update(
        sent_at=Now() - timedelta(hours=23, minutes=59)
    )
    assign(cast, 1)
    assert [row.reason for row in send_all()] == [TOO_MANY]

    Delivery.objects.filter(state=State.SENT).update(sent_at=Now() - timedelta(hours=24))
    assign(cast, 1)

    assert [row.state for row in send_all()] == [State.SENT]


def test_invitations_sent_again_are_within_the_allowance(cast: Cast, sink: Sink) -> None:
    invitation = invite(cast, "new@example.com")
    for _ in range(MOST_A_DAY + 1):
        send_all()
        invitation = resend_invitation(actor=by(cast.ada), invitation=invitation)

    assert [row.reason for row in send_all()] == [TOO_MANY]
    assert len(sink.mails) == MOST_A_DAY


def test_the_way_out_stands_in_the_mail(cast: Cast, sink: Sink, settings: Any) -> None:
    settings.PUBLIC_URL = "https://api.example.com"
    unopened(cast)
    assign(cast, 1)

    [delivery] = send_all()

    [mail] = sink.mails
    link = mail["List-Unsubscribe"].strip(" <>")
    assert link.startswith("https://api.example.com/api/unsubscribe/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in part(mail, "plain")
    assert f'href="{link}"' in part(mail, "html")
    token = link.rpartition("/")[2]
    assert token not in delivery.mail.text + delivery.mail.html
    assert "/api/unsubscribe/•••••" in delivery.mail.text


def test_descriptions_hold_links_for_members_only(cast: Cast, sink: Sink) -> None:
    words = "[Pay](https://pay.example) or www.evil.example"
    for opened_at in (Now(), None):
        Membership.objects.filter(user=cast.max).update(opened_at=opened_at)
        create_task(
            actor=by(cast.lea),
            project=cast.project,
            title="T",
            description=words,
            assignee=cast.max,
        )
        send_all()

    member, stranger = sink.mails
    assert 'href="https://pay.example"' in part(member, "html")
    assert "pay.example" not in part(stranger, "html") + part(stranger, "plain")


def test_mails_sent_at_once_are_counted_exactly(
    committed_db: CommittedDatabase, sink: Sink, cast: Cast
) -> None:
    unopened(cast)
    assign(cast, 16)
    claims = claim_due(limit=100)
    assert len(claims) == 16

    times(16, lambda n: deliver(delivery_id=claims[n].delivery_id, claim=claims[n].claim))
    while waiting := Delivery.objects.filter(state=State.PENDING):  # for locks, for too long
        waiting.update(next_at=Now())
        send_all()

    assert len(sink.mails) == MOST_A_DAY
    assert Delivery.objects.filter(state=State.SKIPPED, reason=TOO_MANY).count() == 16 - MOST_A_DAY


READS = [
    "/api/workspaces/{workspace}",
    "/api/workspaces/{workspace}/members",
    "/api/workspaces/{workspace}/settings",
    "/api/projects?workspace={workspace}",
    "/api/projects/workspace/{workspace}",
    "/api/projects/{project}",
    "/api/projects/{project}/tasks",
    "/api/projects/{project}/members",
    "/api/tasks/{task}",
    "/api/tasks/{task}/comments",
]


@pytest.mark.parametrize("path", READS)
def test_reading_something_opens_the_workspace(cast: Cast, task: Any, path: str) -> None:
    unopened(cast)
    path = path.format(workspace=cast.workspace.pk, project=cast.project.pk, task=task.pk)
    max_ = client_of(cast.max)

    with CaptureQueriesContext(connection) as first:
        max_.ask("GET", path)
    opened_at = Membership.objects.get(user=cast.max).opened_at
    with CaptureQueriesContext(connection) as second:
        max_.ask("GET", path)

    assert opened_at is not None
    assert Membership.objects.get(user=cast.max).opened_at == opened_at
    assert "opened_at" not in " ".join(query["sql"] for query in second if "UPDATE" in query["sql"])
    assert len(first) > len(second)


@pytest.mark.parametrize("path", ["/api/workspaces", "/api/projects", "/api/auth/me"])
def test_lists_of_everything_open_nothing(cast: Cast, path: str) -> None:
    unopened(cast)

    client_of(cast.max).ask("GET", path)

    assert Membership.objects.get(user=cast.max).opened_at is None


def test_what_others_do_opens_nothing(cast: Cast) -> None:
    person("zoe")
    place = add_member(actor=by(cast.ada), workspace=cast.workspace, email="zoe@example.com")

    client_of(cast.ada).ask("GET", f"/api/workspaces/{cast.workspace.pk}/members/{place.user_id}")

    assert Membership.objects.get(pk=place.pk).opened_at is None


def test_who_accepts_has_opened_the_workspace(cast: Cast) -> None:
    prove(cast.sam)
    invitation = invite(cast)

    client_of(cast.sam).ask("POST", f"/api/invitations/{token_of(invitation)}/accept")

    assert Membership.objects.get(user=cast.sam, workspace=cast.workspace).opened_at
    assert Membership.objects.get(user=cast.sam, workspace=cast.elsewhere).opened_at


def test_the_next_mail_is_counted_when_the_one_before_is_decided(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    unopened(cast)
    assign(cast, 2)
    first, second = Delivery.objects.filter(kind="task_assigned")
    mail = Mail(to=cast.max.email, subject="Assigned to you", text="Oil", html="Oil")

    @transaction.atomic
    def count_second() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
        keep_within_allowance(second, mail)

    with transaction.atomic():
        keep_within_allowance(first, mail)
        with pytest.raises(OperationalError, match="lock timeout"):
            at_once(count_second)
