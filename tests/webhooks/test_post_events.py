"""What happens in a workspace is posted to its webhooks, signed, as its ADMINs may read it."""

from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from activity.models import Event
from outbox.models import Delivery, State
from projects.models import Visibility
from projects.services.deletion import delete_project
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.saved_filters import save_filter
from tasks.services.tasks import create_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.log import number_events
from tests.webhooks.hooks import Hook, hook_to, queued, send_all, send_until_sent
from tests.webhooks.peer import Peer
from webhooks.models import WebhookContent
from webhooks.services.queueing import replay_range
from workspaces.services.deletion import delete_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(cast: Cast, task: Task) -> Task:
    """A task that was there before the webhook."""
    return task


def rename(cast: Cast, task: Task, title: str = "Oil the gears") -> Event:
    update_task(actor=by(cast.lea), task=task, changes={"title": title})
    return Event.objects.filter(entity="task").latest("created_at", "id")


def test_an_event_is_posted_as_administrators_read_it(
    cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    event = rename(cast, known)
    [sent] = send_all()
    assert (sent.state, sent.attempts, sent.recipient_id) == (State.SENT, 1, hook.webhook.pk)
    [heard] = peer.heard
    read = client_of(cast.ada).ask("GET", f"/api/activity?workspace={cast.workspace.pk}&limit=1")
    assert heard.body == {
        "type": "task.updated",
        "timestamp": read["data"][0]["committed_at"],
        "workspace_id": str(cast.workspace.pk),
        "data": read["data"][0],
    }
    assert heard.body["data"]["id"] == heard.headers["webhook-id"] == str(event.pk)
    assert (heard.path, heard.headers["Content-Type"]) == ("/hook", "application/json")


def test_posts_are_signed(cast: Cast, known: Task, hook: Hook, peer: Peer) -> None:
    rename(cast, known)
    send_all()
    [heard] = peer.heard
    assert Verifier(hook.secret).verify(heard.text, heard.headers)["type"] == "task.updated"
    with pytest.raises(WebhookVerificationError):
        Verifier(hook.secret).verify(heard.text.replace("Oil", "Soil"), heard.headers)


def test_what_was_posted_is_recorded(cast: Cast, known: Task, hook: Hook, peer: Peer) -> None:
    peer.status = 201
    rename(cast, known)
    [sent] = send_all()
    row = WebhookContent.objects.get(pk=sent.pk)
    assert (row.status_code, row.workspace_id) == (201, cast.workspace.pk)
    assert row.milliseconds is not None
    assert row.milliseconds < 5000
    assert peer.heard[0].text.startswith(row.body_head)
    assert 200 < len(row.body_head) <= 2000


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ([], 1),
        (["task"], 1),
        (["task.updated"], 1),
        (["comment", "task.updated"], 1),
        (["task.created"], 0),
        (["comment"], 0),
    ],
)
def test_only_events_that_are_wanted_are_posted(
    cast: Cast, known: Task, peer: Peer, events: list[str], told: int
) -> None:
    hook_to(cast, peer.url, events=events)
    rename(cast, known)
    assert [sent.state for sent in send_all()] == [State.SENT] * told


def test_each_webhook_gets_each_event_once(cast: Cast, known: Task, peer: Peer) -> None:
    hooks = [hook_to(cast, peer.url) for _ in range(2)]
    event = rename(cast, known)
    keys = {f"webhook:{event.pk}:{hook.webhook.pk}" for hook in hooks}
    assert {each.dedupe_key for each in queued()} == keys
    send_all()
    assert [heard.headers["webhook-id"] for heard in peer.heard] == [str(event.pk)] * 2


def test_what_the_log_queues_is_what_a_replay_queues(
    cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    """The one is a trigger, the other Python; mail goes before both."""
    event = rename(cast, known)
    [by_trigger] = queued()
    number_events()
    Delivery.objects.all().delete()
    seq = Event.objects.get(pk=event.pk).seq or 0
    replay_range(actor=by(cast.ada), webhook=hook.webhook, after=seq - 1, through=seq)
    [by_hand] = queued()
    fresh = {"id", "created_at", "queued_at", "next_at", "request_id"}
    names = {field.attname for field in Delivery._meta.concrete_fields} - fresh
    first, second = ({name: getattr(row, name) for name in names} for row in (by_trigger, by_hand))
    assert first == second
    assert first["can_wait"] is True


def test_what_is_only_tried_is_not_posted(cast: Cast, known: Task, hook: Hook, peer: Peer) -> None:
    client_of(cast.lea).ask("PATCH", f"/api/tasks/{known.pk}?dry_run=1", {"title": "Oil"})
    assert not queued()


def test_other_workspaces_hear_nothing(cast: Cast, known: Task, hook: Hook, peer: Peer) -> None:
    create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Foreign")
    assert not queued()


def test_administrators_read_private_projects(
    cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    private: dict[str, Any] = {"name": "Secret", "visibility": Visibility.PRIVATE}
    secret = create_project(actor=by(cast.pia), workspace=cast.workspace, **private)
    create_task(actor=by(cast.pia), project=secret, title="Hide the plans")
    send_until_sent()
    told = [heard.body for heard in peer.heard if heard.body["type"] == "task.created"]
    assert [body["data"]["task"]["title"] for body in told] == ["Hide the plans"]


@pytest.mark.parametrize("owner", ["ada", "max"])
def test_what_one_person_alone_may_read_is_not_posted(
    cast: Cast, known: Task, hook: Hook, peer: Peer, owner: str
) -> None:
    """Not even what is an ADMIN's."""
    for is_shared in (False, True):
        filed: dict[str, Any] = {"name": f"Shared {is_shared}", "parameters": {"status": "TODO"}}
        person = getattr(cast, owner)
        save_filter(actor=by(person), project=cast.project, is_shared=is_shared, **filed)
    send_until_sent()
    [heard] = peer.heard
    assert heard.body["type"] == "saved_filter.added"
    assert "Shared True" in heard.text
    assert "Shared False" not in heard.text


def test_what_may_not_be_read_any_more_is_skipped(
    cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    rename(cast, known)
    delete_project(actor=by(cast.ada), project=cast.project)
    states = {sent.payload["type"]: sent for sent in send_until_sent()}
    assert states["task.updated"].state == State.SKIPPED
    assert states["task.updated"].reason == "the administrators may not read it any more"
    assert states["project.deleted"].state == State.SENT
    assert hook.now.busy_until is None


def test_of_a_deleted_workspace_nothing_is_posted(
    cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    rename(cast, known)
    delete_workspace(actor=by(cast.ada), workspace=cast.workspace)
    assert {sent.reason for sent in send_until_sent()} == {"the workspace was deleted"}
    assert not peer.heard


def test_texts_come_back_when_they_are_needed(cast: Cast, known: Task, hook: Hook) -> None:
    """What waits holds ids only: the body is read when it is sent."""
    rename(cast, known, "Confidential")
    assert "Confidential" not in str([each.payload for each in queued()])
