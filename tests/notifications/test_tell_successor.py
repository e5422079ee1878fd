"""What somebody hears who takes over the tasks of a person who left."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.actor import ADMIN, Actor
from notifications.models import Reminder
from outbox.models import Delivery, State
from projects.services.members import add_project_member, remove_project_member
from tasks.models import Task
from tasks.services.tasks import create_task, delete_task, transition_task, update_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.sink import Sink
from workspaces.reassignment import handover_to
from workspaces.services.leaving import end_membership

pytestmark = pytest.mark.django_db


def given(cast: Cast, title: str, **more: Any) -> Task:
    """A task Max gave to himself, so that no mail tells of it."""
    return create_task(
        actor=by(cast.max), project=cast.project, title=title, assignee=cast.max, **more
    )


def body_of(sink: Sink) -> str:
    [mail] = sink.mails
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_the_lead_hears_of_all_tasks_in_one_mail(cast: Cast, sink: Sink) -> None:
    given(cast, "Oil")
    task = given(cast, "Polish <b>", due_date=date(2031, 7, 1))

    end_membership(cast.workspace, cast.max, actor=by(cast.ada))
    send_all()

    [mail] = sink.mails
    assert (mail["To"], mail["Subject"]) == ("lea@example.com", "2 tasks in Engine are yours now")
    text = body_of(sink)
    assert "Max left Engine. You take over 2 open tasks:" in text
    assert text.index("ENG-2  Polish <b>") < text.index("ENG-1  Oil")
    page = f"/workspace/{cast.workspace.pk}/projects/{cast.project.pk}"
    assert f"{page}/tasks/{task.pk}\n" in text
    assert f"View Project: http://localhost:3000{page}\n" in text
    html = mail.get_body(("html",))
    assert html is not None
    assert "Polish &lt;b&gt;" in html.get_content()


def test_the_actor_hears_nothing(cast: Cast) -> None:
    given(cast, "Oil")
    remove_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)
    assert not Delivery.objects.exists()


def test_who_is_named_hears_of_it_and_the_lead_does_not(cast: Cast, sink: Sink) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.moe)
    given(cast, "Oil")
    end_membership(cast.workspace, cast.max, actor=by(cast.ada), handover=handover_to(cast.moe))
    send_all()
    assert sink.recipients == ["moe@example.com"]


def test_a_second_departure_is_told_again(cast: Cast, sink: Sink) -> None:
    task = given(cast, "Oil")
    staff = Actor(user=cast.ada, credential=ADMIN)  # the lead would be the actor otherwise
    for _ in range(2):
        remove_project_member(actor=staff, project=cast.project, person=cast.max)
        send_all()
        add_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)
        task = update_task(actor=by(cast.max), task=task, changes={"assignee": cast.max})
    assert sink.recipients == ["lea@example.com"] * 2


def test_a_long_list_is_cut(cast: Cast, sink: Sink) -> None:
    for n in range(23):
        given(cast, f"Part {n}")
    end_membership(cast.workspace, cast.max, actor=by(cast.ada))
    send_all()
    text = body_of(sink)
    assert (text.count("ENG-"), "And 3 more." in text) == (20, True)


def test_deleted_and_finished_tasks_are_not_told(cast: Cast) -> None:
    delete_task(actor=by(cast.lea), task=given(cast, "Deleted"))
    done = cast.project.statuses.get(key="DONE")
    transition_task(actor=by(cast.lea), task=given(cast, "Done"), status=done)
    end_membership(cast.workspace, cast.max, actor=by(cast.ada))
    assert not Delivery.objects.exists()


def test_what_was_given_on_meanwhile_is_not_told(cast: Cast, sink: Sink) -> None:
    kept, lost = given(cast, "Kept"), given(cast, "Lost")
    end_membership(cast.workspace, cast.max, actor=by(cast.ada))
    update_task(actor=by(cast.lea), task=lost, changes={"assignee": None})
    send_all()
    assert "Lost" not in body_of(sink)
    assert sink.mails[0]["Subject"] == "1 task in Engine is yours now"
    assert kept.title in body_of(sink)


@pytest.mark.parametrize("why", ["left", "closed", "deleted", "given"])
def test_the_mail_is_skipped(cast: Cast, sink: Sink, why: str) -> None:
    task = given(cast, "Oil")
    end_membership(cast.workspace, cast.max, actor=by(cast.ada))
    if why == "left":
        end_membership(cast.workspace, cast.lea, actor=by(cast.ada))
    elif why == "closed":
        type(cast.lea).objects.filter(pk=cast.lea.pk).update(is_active=False)
    elif why == "deleted":
        type(cast.project).objects.update(deleted_at=datetime.now(UTC))
    else:
        update_task(actor=by(cast.lea), task=task, changes={"assignee": None})
    [skipped] = [each for each in send_all() if each.kind == "tasks_handed_over"]
    reasons = {
        "left": "the person left the project",
        "closed": "the account is closed",
        "deleted": "the project was deleted",
        "given": "the tasks are somebody else's now, or complete",
    }
    assert (skipped.state, skipped.reason) == (State.SKIPPED, reasons[why])
    assert sink.mails == []


def test_reminders_follow_the_tasks(cast: Cast) -> None:
    day = date(2031, 7, 1)
    tasks = [given(cast, "Oil", due_date=day), given(cast, "Polish", due_date=day)]
    given(cast, "Whenever")
    end_membership(cast.workspace, cast.max, actor=by(cast.ada))
    planned = Reminder.objects.planned().order_by("task")
    assert [(row.task_id, row.recipient, row.rev) for row in planned] == [
        (task.pk, cast.lea, 2) for task in sorted(tasks, key=lambda task: task.pk)
    ]


def test_tasks_of_nobody_remind_nobody(cast: Cast) -> None:
    given(cast, "Oil", due_date=date(2031, 7, 1))
    end_membership(cast.workspace, cast.max, actor=by(cast.ada), handover=handover_to(None))
    assert not Reminder.objects.planned().exists()
    assert Reminder.objects.count() == 1


def test_what_was_due_this_morning_is_not_repeated_to_the_successor(cast: Cast) -> None:
    given(cast, "Oil", due_date=datetime.now(UTC).date(), due_time=datetime.min.time())
    end_membership(cast.workspace, cast.max, actor=by(cast.ada))
    assert not Reminder.objects.planned().filter(recipient=cast.lea).exists()
