"""Who is mailed when a task is given to somebody."""

import pytest

from outbox.models import Delivery, State
from projects.models import ProjectMembership
from tasks.models import Task
from tasks.services.tasks import create_task, delete_task, update_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.sink import Sink
from workspaces.models import Membership

pytestmark = pytest.mark.django_db


def given(cast: Cast) -> Task:
    """A task Lea gave to Max."""
    return create_task(actor=by(cast.lea), project=cast.project, title="Oil it", assignee=cast.max)


def told() -> list[tuple[str, str]]:
    return [(row.dedupe_key, row.kind) for row in Delivery.objects.order_by("created_at")]


def test_create_task_tells_the_assignee(cast: Cast) -> None:
    task = given(cast)

    assert told() == [(f"task.assigned:{task.pk}:1:{cast.max.pk}:email", "task_assigned")]
    assert Delivery.objects.get().workspace_id == cast.workspace.pk


def test_assign_task_never_tells_the_actor(cast: Cast) -> None:
    task = create_task(actor=by(cast.max), project=cast.project, title="Mine", assignee=cast.max)
    update_task(actor=by(cast.max), task=task, changes={"assignee": None})
    update_task(actor=by(cast.lea), task=task, changes={"title": "Still nobody's"})

    assert told() == []


def test_assign_task_tells_the_new_person_only(cast: Cast, sink: Sink) -> None:
    task = given(cast)
    send_all()

    update_task(actor=by(cast.max), task=task, changes={"assignee": cast.lea})
    send_all()

    assert [mail["To"] for mail in sink.mails] == ["max@example.com", "lea@example.com"]


def test_assign_task_again_tells_again(cast: Cast, sink: Sink) -> None:
    task = given(cast)
    send_all()
    for assignee in (None, cast.max):
        task = update_task(actor=by(cast.lea), task=task, changes={"assignee": assignee})
        send_all()

    assert sink.recipients == ["max@example.com"] * 2


def test_assignment_mail_is_skipped_when_given_to_somebody_else(cast: Cast, sink: Sink) -> None:
    update_task(actor=by(cast.lea), task=given(cast), changes={"assignee": None})

    [skipped] = send_all()

    assert (skipped.state, skipped.reason) == (State.SKIPPED, "the task is somebody else's now")
    assert sink.mails == []


def test_assignment_mail_is_skipped_when_deleted(cast: Cast, sink: Sink) -> None:
    delete_task(actor=by(cast.lea), task=given(cast))

    [skipped] = send_all()

    assert (skipped.state, skipped.reason) == (State.SKIPPED, "the task was deleted")
    assert sink.mails == []


@pytest.mark.parametrize("place", ["project", "workspace"])
def test_assignment_mail_is_skipped_when_they_left(cast: Cast, sink: Sink, place: str) -> None:
    given(cast)
    ProjectMembership.objects.filter(user=cast.max).delete()
    if place == "workspace":
        Membership.objects.filter(user=cast.max).delete()

    [skipped] = send_all()

    assert (skipped.state, skipped.reason) == (State.SKIPPED, f"the person left the {place}")
    assert sink.mails == []
