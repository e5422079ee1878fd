"""Webhooks that take nothing: they rest, are tried for long, and in the end are disabled."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now
from pytest_django import Settings

from outbox.models import Delivery, State
from outbox.services import claim_due, sweep
from tasks.models import Task
from tasks.services.tasks import update_task
from tests.outbox.notes import send
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.log import log_of, number_events
from tests.support.sink import Sink, part
from tests.webhooks.hooks import Hook, hook_to, queued, rest_over, send_all
from tests.webhooks.peer import Peer
from webhooks.models import Webhook, WebhookContent
from webhooks.services.turns import MOST_AT_ONCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(cast: Cast, task: Task) -> Task:
    """A task that was there before the webhook."""
    return task


def rename(cast: Cast, task: Task, times: int = 1) -> None:
    for n in range(times):
        update_task(actor=by(cast.lea), task=task, changes={"title": f"Oil {n} gears"})


def fail(times: int) -> None:
    """One attempt after the other."""
    for _ in range(times):
        rest_over()
        send_all(1)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (500, "answered 500"),
        (404, "answered 404"),
        (302, "answered 302; redirects are not followed"),
    ],
)
def test_what_is_not_taken_is_tried_again_under_the_same_id(
    cast: Cast, known: Task, hook: Hook, peer: Peer, status: int, reason: str
) -> None:
    peer.status = status
    rename(cast, known)
    [waiting] = send_all()
    assert (waiting.state, waiting.reason, waiting.attempts) == (State.PENDING, reason, 1)
    assert WebhookContent.objects.get(pk=waiting.pk).status_code == status
    peer.status = 200
    rest_over()
    [sent] = send_all()
    assert (sent.state, sent.attempts) == (State.SENT, 2)
    first, second = (heard.headers["webhook-id"] for heard in peer.heard)
    assert first == second
    assert (hook.now.failures, hook.now.failing_since) == (0, None)


def test_an_error_tells_nothing_of_our_network(cast: Cast, known: Task, any_network: None) -> None:
    hook_to(cast, "http://127.0.0.1:1/")
    rename(cast, known)
    [waiting] = send_all()
    assert waiting.reason == "no answer: ConnectionRefusedError"
    row = WebhookContent.objects.get(pk=waiting.pk)
    assert (row.status_code, row.milliseconds is None) == (None, False)


def test_a_saved_address_is_checked_again(
    cast: Cast, known: Task, hook: Hook, peer: Peer, settings: Settings
) -> None:
    """It leads to this machine, as the setting once allowed."""
    Webhook.objects.update(url=peer.url.replace("http", "https"))
    rename(cast, known)
    settings.WEBHOOKS_TO_ANY_NETWORK = False
    [waiting] = send_all()
    assert (waiting.state, peer.connections) == (State.PENDING, 0)


def test_a_webhook_rests_after_a_failure(cast: Cast, known: Task, hook: Hook, peer: Peer) -> None:
    peer.status = 500
    rename(cast, known, 20)
    send_all()
    assert len(peer.heard) == 1
    late = Delivery.objects.filter(pk__in=[row.pk for row in queued()], attempts=0)
    assert late.filter(next_at__gt=Now() + timedelta(seconds=3)).count() == 19
    assert claim_due(limit=10) == []


def test_each_failure_makes_the_rest_longer(
    cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    peer.status = 500
    rename(cast, known)
    rests = []
    for _ in range(9):
        fail(1)
        rows: Any = Webhook.objects.annotate(rest=F("rests_until") - Now())
        rests.append(round(rows.get().rest.total_seconds()))
    assert rests == [5, 10, 20, 40, 80, 160, 320, 600, 600]


def test_after_ten_failures_in_an_hour_it_is_disabled(
    cast: Cast, known: Task, hook: Hook, peer: Peer, sink: Sink
) -> None:
    peer.status = 500
    rename(cast, known, 2)
    fail(12)
    assert hook.now.is_enabled  # not for an hour yet
    Webhook.objects.update(failing_since=Now() - timedelta(minutes=61))
    fail(1)
    disabled = hook.now
    assert (disabled.is_enabled, disabled.version) == (False, 2)
    assert disabled.disabled_reason == "13 posts in a row failed."
    action, actor, changes = log_of(hook.webhook)[-1]
    assert (action, actor) == ("disabled", None)
    assert changes == {"is_enabled": {"old": True, "new": False}}


def test_nine_failures_in_days_are_too_few(cast: Cast, known: Task, hook: Hook, peer: Peer) -> None:
    peer.status = 500
    rename(cast, known)
    fail(1)
    Webhook.objects.update(failing_since=Now() - timedelta(days=2))
    fail(8)
    assert (hook.now.failures, hook.now.is_enabled) == (9, True)
    fail(1)
    assert not hook.now.is_enabled


def test_gone_disables_it_at_once(cast: Cast, known: Task, hook: Hook, peer: Peer) -> None:
    peer.status = 410
    rename(cast, known, 3)
    send_all()
    assert (len(peer.heard), hook.now.is_enabled) == (1, False)
    assert hook.now.disabled_reason == "It answered 410 Gone."


def test_what_waits_for_a_disabled_webhook_is_skipped(
    cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    rename(cast, known, 2)
    client_of(cast.ada).ask("PATCH", hook.path, {"is_enabled": False})
    rename(cast, known)  # not even queued
    sent = send_all()
    assert {(row.state, row.reason) for row in sent} == {(State.SKIPPED, "the webhook is disabled")}
    assert (len(sent), peer.heard) == (2, [])


def test_what_waits_for_a_deleted_webhook_is_skipped(
    cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    rename(cast, known)
    client_of(cast.ada).ask("DELETE", hook.path, status=204)
    assert {row.reason for row in send_all()} == {"the webhook was deleted"}


def test_it_is_tried_for_72_hours(cast: Cast, known: Task, hook: Hook, peer: Peer) -> None:
    peer.status = 500
    rename(cast, known)
    send_all()
    Delivery.objects.update(queued_at=Now() - timedelta(hours=73))
    sweep()
    [dead] = queued()
    assert (dead.state, dead.reason) == (State.DEAD, "given up after 72 hours: answered 500")


def test_administrators_are_told_by_mail(
    cast: Cast, known: Task, hook: Hook, peer: Peer, sink: Sink
) -> None:
    peer.status = 410
    Delivery.objects.all().delete()
    rename(cast, known)
    number_events()
    [claimed] = claim_due(limit=10)
    send(claimed)
    [claimed] = [each for each in claim_due(limit=10) if kind_of(each) == "webhook_disabled"]
    assert send(claimed).state == State.SENT
    [mail] = sink.mails
    assert mail["To"] == cast.ada.email
    assert mail["Subject"] == "The webhook Builds of Analytical Engines is disabled"
    assert "It answered 410 Gone." in part(mail, "plain")
    assert peer.url not in part(mail, "plain")


def kind_of(claimed: Any) -> str:
    return str(Delivery.objects.get(pk=claimed.delivery_id).kind)


def test_one_post_at_a_time(cast: Cast, known: Task, hook: Hook, peer: Peer) -> None:
    rename(cast, known, 2)
    Webhook.objects.update(busy_until=Now() + timedelta(seconds=9))
    waiting = send_all()
    assert {(row.state, row.attempts) for row in waiting} == {(State.PENDING, 0)}
    assert {row.reason for row in waiting} == {"another post to this webhook is under way"}
    assert peer.heard == []
    Webhook.objects.update(busy_until=Now() - timedelta(seconds=1))
    rest_over()
    assert [row.state for row in send_all()] == [State.SENT] * 2


def test_few_posts_of_one_workspace_at_a_time(
    cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    for _ in range(MOST_AT_ONCE):
        other = hook_to(cast, peer.url, events=["comment"]).webhook
        Webhook.objects.filter(pk=other.pk).update(busy_until=Now() + timedelta(seconds=9))
    rename(cast, known)
    [waiting] = send_all()
    assert (waiting.state, peer.heard) == (State.PENDING, [])
