"""What stays of posts: bodies are blanked after a week, and when somebody in them is deleted."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.services.deletion import delete_person
from core.retention import rules
from outbox.models import Delivery
from tasks.models import Task
from tasks.services.tasks import update_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.webhooks.hooks import Hook, queued, send_until_sent
from tests.webhooks.peer import Peer
from webhooks.models import WebhookContent

pytestmark = pytest.mark.django_db


@pytest.fixture
def posted(cast: Cast, task: Task, hook: Hook, peer: Peer) -> list[Delivery]:
    """A change by Max, and one by Lea."""
    for person in (cast.max, cast.lea):
        changes = {"title": f"By {person.name}"}
        update_task(actor=by(person), task=task, changes=changes)
    return [row for row in send_until_sent() if row.payload["type"] == "task.updated"]


def bodies(rows: list[Delivery]) -> list[bool]:
    """Whether there is one, of each."""
    heads = dict(WebhookContent.objects.values_list("pk", "body_head"))
    return [bool(heads[row.pk]) for row in rows]


def test_what_somebody_deleted_had_done_is_blanked(cast: Cast, posted: list[Delivery]) -> None:
    assert bodies(posted) == [True, True]
    delete_person(actor=by(None), person=cast.max)
    assert bodies(posted) == [False, True]


def test_what_waits_is_posted_without_who_was_deleted(
    cast: Cast, task: Task, hook: Hook, peer: Peer
) -> None:
    update_task(actor=by(cast.max), task=task, changes={"title": "Oil it"})
    delete_person(actor=by(None), person=cast.max)
    send_until_sent()
    [heard] = [each for each in peer.heard if each.body["type"] == "task.updated"]
    assert "Max" not in heard.text
    assert cast.max.email not in heard.text


def test_bodies_are_blanked_after_a_week(posted: list[Delivery]) -> None:
    [rule] = [rule for rule in rules() if rule.name == "bodies of webhooks"]
    first, second = posted
    WebhookContent.objects.filter(pk=first.pk).update(posted_at=Now() - timedelta(days=8))
    rule.apply()
    assert bodies([first, second]) == [False, True]


def test_posts_go_with_their_deliveries(posted: list[Delivery]) -> None:
    Delivery.objects.filter(pk__in=[row.pk for row in queued()]).update(
        next_at=Now() - timedelta(days=31)
    )
    [rule] = [rule for rule in rules() if rule.name == "deliveries"]
    rule.apply()
    assert not WebhookContent.objects.exists()
