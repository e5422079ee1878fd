"""Several at the same moment: rotations, disabling, deleting, and senders."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.models.functions import Now
from pytest_django import Settings
from standardwebhooks import Webhook as Verifier

from core.errors import NotFound, Refusal
from outbox.models import Delivery, State
from outbox.services import Claim, claim_due, deliver
from tasks.models import Task
from tasks.services.tasks import create_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.programs import eventually
from tests.support.threads import at_once, times
from tests.webhooks.hooks import Hook, hook_to, queued, rest_over
from tests.webhooks.peer import Conversation, Peer, after, listening
from webhooks.models import Webhook
from webhooks.services.queueing import WEBHOOK, replay_range
from webhooks.services.secrets import secrets_of
from webhooks.services.webhooks import (
    MOST_WEBHOOKS,
    TooManyWebhooks,
    add_webhook,
    delete_webhook,
    rotate_secret,
    update_webhook,
)

URL = "https://hooks.example.com/"


@pytest.fixture
def known(committed_db: CommittedDatabase, cast: Cast) -> Task:
    return create_task(actor=by(cast.lea), project=cast.project, title="Oil it")


@pytest.fixture
def peer(known: Task, settings: Settings) -> Iterator[Peer]:
    settings.WEBHOOKS_TO_ANY_NETWORK = True
    with listening() as server:
        yield server


def rename(cast: Cast, task: Task, times: int) -> None:
    for n in range(times):
        update_task(actor=by(cast.lea), task=task, changes={"title": f"Oil {n} gears"})
    Delivery.objects.exclude(channel=WEBHOOK).delete()


def send_together(threads: int = 4) -> None:
    """Several senders, each of which sends what it claims, until nothing is due."""

    def work(_: int) -> None:
        while claims := claim_due(limit=1):
            for claim in claims:
                deliver(delivery_id=claim.delivery_id, claim=claim.claim)
        connection.close()

    times(threads, work)


def test_two_rotations(cast: Cast, known: Task) -> None:
    hook = hook_to(cast, URL)
    made = times(2, lambda _: rotate_secret(actor=by(cast.ada), webhook=hook.webhook)[1])
    now = hook.now
    assert (now.version, {*secrets_of(now)}) == (3, {*made})
    assert hook.secret not in secrets_of(now)


def test_the_last_place_is_taken_once(cast: Cast, known: Task) -> None:
    for _ in range(MOST_WEBHOOKS - 1):
        hook_to(cast, URL)

    def add(n: int) -> bool:
        try:
            add_webhook(actor=by(cast.ada), workspace=cast.workspace, name=str(n), url=URL)
        except TooManyWebhooks:
            return False
        return True

    assert sorted(times(4, add)) == [False, False, False, True]
    assert Webhook.objects.count() == MOST_WEBHOOKS


def test_senders_post_one_after_the_other(cast: Cast, known: Task, peer: Peer) -> None:
    hook = hook_to(cast, peer.url)
    peer.answering = slowly
    rename(cast, known, 12)
    for _ in range(60):
        send_together()
        if all(row.state == State.SENT for row in queued()):
            break
        rest_over()
    heard = [each.headers["webhook-id"] for each in peer.heard]
    assert (len(heard), len({*heard}), peer.most_at_once) == (12, 12, 1)
    assert {row.attempts for row in queued()} == {1}
    assert hook.now.busy_until is None


def slowly(conversation: Conversation) -> None:
    time.sleep(0.05)
    conversation.answer(204)


def test_one_that_is_slow_does_not_hold_up_others(cast: Cast, known: Task, peer: Peer) -> None:
    """One sender waits for it; whoever is given more for it has the time for others."""
    with listening() as slow:
        release = threading.Event()
        slow.answering = after(release, 9)
        stuck, quick = hook_to(cast, slow.url), hook_to(cast, peer.url)
        rename(cast, known, 10)
        claims = {claim.delivery_id: claim for claim in claim_due(limit=50)}
        held = Delivery.objects.filter(recipient_id=stuck.webhook.pk)[0]
        sender = threading.Thread(target=send_one, args=(claims.pop(held.pk),))
        sender.start()
        eventually(lambda: slow.heard)
        for claim in claims.values():
            deliver(delivery_id=claim.delivery_id, claim=claim.claim)
        waiting = Delivery.objects.filter(recipient_id=stuck.webhook.pk).exclude(pk=held.pk)
        assert {*waiting.values_list("state", "attempts")} == {(State.PENDING, 0)}
        taken = Delivery.objects.filter(recipient_id=quick.webhook.pk)
        assert {*taken.values_list("state", flat=True)} == {State.SENT}
        release.set()
        sender.join()
    assert (len(slow.heard), len(peer.heard)) == (1, 10)


def send_one(claim: Claim) -> None:
    deliver(delivery_id=claim.delivery_id, claim=claim.claim)
    connection.close()


def test_disabling_beside_senders(cast: Cast, known: Task, peer: Peer) -> None:
    hook = hook_to(cast, peer.url)
    rename(cast, known, 10)
    changes = {"is_enabled": False}
    at_once(
        send_together,
        lambda: update_webhook(actor=by(cast.ada), webhook=hook.webhook, changes=changes),
    )
    for _ in range(5):
        rest_over()
        send_together(1)
    states = [row.state for row in queued()]
    assert {*states} <= {State.SENT, State.SKIPPED}
    assert states.count(State.SENT) == len(peer.heard)
    assert not hook.now.is_enabled


def test_deleting_beside_senders(cast: Cast, known: Task, peer: Peer) -> None:
    hook = hook_to(cast, peer.url)
    peer.answering = slowly
    rename(cast, known, 10)
    at_once(send_together, lambda: delete_webhook(actor=by(cast.ada), webhook=hook.webhook))
    for _ in range(5):
        rest_over()
        send_together(1)
    states = [row.state for row in queued()]
    assert {*states} <= {State.SENT, State.SKIPPED}
    assert states.count(State.SENT) == len(peer.heard)
    assert not Webhook.objects.exists()


def test_rotating_while_a_post_is_on_its_way(cast: Cast, known: Task, peer: Peer) -> None:
    """It is signed with a secret that is good before and after."""
    hook = hook_to(cast, peer.url)
    rename(cast, known, 5)
    at_once(send_together, lambda: rotate_secret(actor=by(cast.ada), webhook=hook.webhook))
    assert peer.heard
    for heard in peer.heard:
        Verifier(hook.secret).verify(heard.text, heard.headers)


def test_two_replays_and_a_deletion(cast: Cast, known: Task, peer: Peer) -> None:
    hook = hook_to(cast, peer.url)
    rename(cast, known, 5)
    send_together(1)

    def replay() -> int | None:
        try:
            return replay_range(actor=by(cast.ada), webhook=hook.webhook, after=0, through=99)
        except Refusal:
            return None

    def delete() -> None:
        delete_webhook(actor=by(cast.ada), webhook=hook.webhook)

    first, second, _ = at_once(replay, replay, delete)
    assert first is None or second is None or first == 0 or second == 0
    with pytest.raises(NotFound):
        rotate_secret(actor=by(cast.ada), webhook=hook.webhook)


def test_a_secret_signs_along_for_a_day(cast: Cast, known: Task, peer: Peer) -> None:
    hook: Hook = hook_to(cast, peer.url, events=["task"])
    _, later = rotate_secret(actor=by(cast.ada), webhook=hook.webhook)
    rename(cast, known, 1)
    send_together(1)
    Webhook.objects.update(former_until=Now())
    rename(cast, known, 3)
    rest_over()
    send_together(1)
    signatures = [len(each.headers["webhook-signature"].split()) for each in peer.heard]
    assert signatures == [2, 1, 1]
    Verifier(later).verify(peer.heard[-1].text, peer.heard[-1].headers)
