"""What the reminder says, and when it is not sent after all."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from notifications.models import Reminder
from notifications.services import queue_due_reminders
from outbox.models import Delivery, State
from projects.models import ProjectMembership
from tasks.models import Task
from tasks.services.tasks import create_task, delete_task, transition_task, update_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.sink import Sink, part

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(cast: Cast) -> Task:
    """A task of Max whose reminder is in the outbox."""
    made = create_task(
        actor=by(cast.max),
        project=cast.project,
        title="Oil it",
        assignee=cast.max,
        due_date=date(2031, 7, 1),
    )
    Reminder.objects.update(fire_at=Now())
    assert queue_due_reminders() == 1
    return made


def test_reminder_mail_says_what_is_due(cast: Cast, task: Task, sink: Sink) -> None:
    [row] = send_all()

    assert row.state == State.SENT
    [mail] = sink.mails
    assert mail["To"] == "max@example.com"
    assert mail["Subject"] == f"Due: Oil it ({cast.project.key}-{task.number})"
    assert part(mail, "plain").splitlines()[:6] == [
        "This task is due.",
        "",
        f"{cast.project.key}-{task.number}  Oil it",
        "",
        "Project: Engine",
        "Due: Tuesday, 1 July 2031",
    ]


def complete(cast: Cast, task: Task) -> None:
    done = cast.project.statuses.get(key="DONE")
    transition_task(actor=by(cast.max), task=task, status=done)


def delete(cast: Cast, task: Task) -> None:
    delete_task(actor=by(cast.lea), task=task)


def delete_project(cast: Cast, task: Task) -> None:
    cast.project.deleted_at = timezone.now()
    cast.project.save()


def archive_project(cast: Cast, task: Task) -> None:
    cast.project.archived_at = timezone.now()
    cast.project.save()


def delete_workspace(cast: Cast, task: Task) -> None:
    cast.workspace.deleted_at = timezone.now()
    cast.workspace.save()


def take_away(cast: Cast, task: Task) -> None:
    update_task(actor=by(cast.max), task=task, changes={"assignee": None})


def postpone(cast: Cast, task: Task) -> None:
    update_task(actor=by(cast.lea), task=task, changes={"due_date": date(2031, 7, 2)})


def leave(cast: Cast, task: Task) -> None:
    ProjectMembership.objects.filter(user=cast.max).delete()


def close_account(cast: Cast, task: Task) -> None:
    cast.max.is_active = False
    cast.max.save()


@pytest.mark.parametrize(
    ("happen", "reason"),
    [
        (complete, "the task is complete"),
        (delete, "the task was deleted"),
        (delete_project, "the project was deleted"),
        (archive_project, "the project is archived"),
        (delete_workspace, "the workspace was deleted"),
        (take_away, "the task is somebody else's now"),
        (postpone, "the due date moved"),
        (leave, "the person left the project"),
        (close_account, "the account is closed"),
    ],
)
def test_reminder_mail_is_skipped_when_the_world_moved_on(
    cast: Cast, task: Task, sink: Sink, happen: Callable[[Cast, Task], None], reason: str
) -> None:
    happen(cast, task)

    send_all()

    row = Delivery.objects.get(kind="task_due")
    assert (row.state, row.reason) == (State.SKIPPED, reason)
    assert sink.mails == []
