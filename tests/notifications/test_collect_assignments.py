"""Who is given many tasks gets few mails (T-TA-11): none is lost, and none tells a task twice."""

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from core.models import AttemptCount
from notifications.models import Reminder
from notifications.services.collecting import COLLECTED
from outbox.models import Delivery, State
from outbox.services import resend
from projects.services.members import add_project_member, remove_project_member
from projects.services.projects import create_project, update_project
from tasks.models import Task
from tasks.services.bulk import Change, change_tasks
from tasks.services.tasks import create_task, delete_task, update_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.bulk import crowd_in, tasks_with
from tests.support.cast import Cast, client_of
from tests.support.sink import Sink, part
from workspaces.models import Membership
from workspaces.services.workspaces import add_member

pytestmark = pytest.mark.django_db
KEY = re.compile(r"^(ENG-\d+)  ", re.MULTILINE)
MOST = 20


def given(cast: Cast, count: int, **fields: Any) -> list[Task]:
    """Tasks Lea gave to Max, one after the other."""
    new: dict[str, Any] = {"project": cast.project, "title": "Oil", "assignee": cast.max, **fields}
    return [create_task(actor=by(cast.lea), **new) for _ in range(count)]


def the_minute_is_over() -> None:
    AttemptCount.objects.update(resets_at=Now())
    Delivery.objects.filter(state=State.PENDING).update(next_at=Now())


def told(sink: Sink) -> Counter[str]:
    """How often the mails tell of each task."""
    return Counter(key for mail in sink.mails for key in KEY.findall(part(mail, "plain")))


def each_once(tasks: list[Task]) -> Counter[str]:
    return Counter(f"ENG-{task.number}" for task in tasks)


def test_one_mail_tells_of_all_above_twenty(cast: Cast, sink: Sink, settings: Settings) -> None:
    settings.FRONTEND_URL = "https://app.example.org"
    tasks = given(cast, MOST + 17)
    send_all()
    assert (len(sink.mails), send_all()) == (MOST, [])
    the_minute_is_over()
    [together] = send_all()

    assert (together.kind, together.state) == ("more_tasks_assigned", State.SENT)
    last = sink.mails[-1]
    assert (len(sink.mails), last["To"]) == (MOST + 1, "max@example.com")
    assert last["Subject"] == "17 more tasks were assigned to you"
    page = f"https://app.example.org/workspace/{cast.workspace.pk}/projects/{cast.project.pk}"
    text = part(last, "plain")
    assert "17 more tasks were assigned to you:" in text
    assert f"View Project: {page}" in text.splitlines()
    assert text.count(f"{page}/tasks/") == part(last, "html").count(f'"{page}/tasks/') == 17
    assert told(sink) == each_once(tasks)


def test_the_limit_is_of_each_recipient(cast: Cast, sink: Sink) -> None:
    given(cast, MOST)
    given(cast, 2, assignee=add_project_member_named(cast))
    send_all()
    assert Counter(sink.recipients) == {"max@example.com": MOST, "moe@example.com": 2}


def add_project_member_named(cast: Cast) -> Any:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.moe)
    return cast.moe


def test_a_mail_that_waits_takes_more(cast: Cast, sink: Sink) -> None:
    tasks = given(cast, MOST + 2)
    send_all()
    tasks += given(cast, 3)
    send_all()
    the_minute_is_over()
    send_all()
    assert [mail["Subject"] for mail in sink.mails[MOST:]] == ["5 more tasks were assigned to you"]
    assert told(sink) == each_once(tasks)


def test_the_mail_waits_for_the_end_of_the_minute(cast: Cast) -> None:
    given(cast, MOST + 1)
    send_all()
    waiting = Delivery.objects.get(kind="more_tasks_assigned")
    [skipped] = Delivery.objects.filter(state=State.SKIPPED)
    assert skipped.reason == f"{COLLECTED}{waiting.pk}"
    assert 50 < (waiting.next_at - datetime.now(UTC)).total_seconds() <= 60


def test_tasks_given_together_are_told_together(cast: Cast, sink: Sink) -> None:
    tasks = tasks_with(cast, [""] * 100, title="Oil")
    body = {
        "task_ids": [str(task.pk) for task in tasks],
        "changes": {"assignee_id": str(cast.max.pk)},
    }
    client_of(cast.lea).ask("POST", "/api/tasks/bulk", body)
    send_all()
    [mail] = sink.mails
    assert mail["Subject"] == "100 tasks were assigned to you"
    assert "Lea assigned 100 tasks to you:" in part(mail, "plain")
    assert told(sink) == each_once(tasks)


def test_many_mails_about_several_tasks_are_collected_as_well(cast: Cast, sink: Sink) -> None:
    tasks = tasks_with(cast, [""] * (2 * MOST + 4), title="Oil")
    for n in range(0, len(tasks), 2):
        assign(cast, tasks[n : n + 2])
    send_all()
    the_minute_is_over()
    send_all()
    assert len(sink.mails) == MOST + 1
    assert sink.mails[-1]["Subject"] == "4 more tasks were assigned to you"
    assert told(sink) == each_once(tasks)


def assign(cast: Cast, tasks: list[Task], **people: Any) -> None:
    wanted = [Change(task=task, fields={"assignee": people.get("to", cast.max)}) for task in tasks]
    change_tasks(actor=by(cast.lea), wanted=wanted)


def test_only_what_is_still_theirs_to_read_is_told(cast: Cast, sink: Sink) -> None:
    hidden = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Loom")
    add_project_member(actor=by(cast.ada), project=hidden, person=cast.max)
    given(cast, MOST)
    kept, gone, lost = given(cast, 3)
    [left] = given(cast, 1, project=hidden)
    send_all()
    delete_task(actor=by(cast.lea), task=gone)
    update_task(actor=by(cast.lea), task=lost, changes={"assignee": None})
    update_project(actor=by(cast.ada), project=hidden, changes={"visibility": "PRIVATE"})
    remove_project_member(actor=by(cast.ada), project=hidden, person=cast.max)
    Task.objects.filter(pk=left.pk).update(assignee=cast.max)
    the_minute_is_over()
    send_all()
    last = sink.mails[-1]
    assert last["Subject"] == "1 more task was assigned to you"
    assert KEY.findall(part(last, "plain")) == [kept.spoken_key]


@pytest.mark.parametrize("why", ["left", "closed", "deleted", "given"])
def test_a_mail_about_nothing_is_skipped(cast: Cast, sink: Sink, why: str) -> None:
    given(cast, MOST)
    [task] = given(cast, 1)
    send_all()
    if why == "left":
        remove_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)
    elif why == "closed":
        type(cast.max).objects.filter(pk=cast.max.pk).update(is_active=False)
    elif why == "deleted":
        type(cast.workspace).objects.update(deleted_at=datetime.now(UTC))
    else:
        update_task(actor=by(cast.lea), task=task, changes={"assignee": None})
    the_minute_is_over()
    [skipped] = send_all()
    assert (skipped.state, len(sink.mails)) == (State.SKIPPED, MOST)
    assert "account is closed" in skipped.reason or "somebody else's now" in skipped.reason


def test_titles_make_no_header_line_or_link(cast: Cast, sink: Sink) -> None:
    title = "Nice\r\nBcc: everybody@example.com\r\n\r\n<b>Body</b> http://evil.example"
    tasks = tasks_with(cast, [""] * 2, title=title)
    assign(cast, tasks)
    send_all()
    [mail] = sink.mails
    text = part(mail, "plain")
    assert (mail["Bcc"], mail["Subject"]) == (None, "2 tasks were assigned to you")
    shown = "Nice Bcc: everybody(at)example·com <b>Body</b> http\u2236//evil·example"
    assert [line.partition("  ")[2] for line in text.splitlines() if shown in line] == [shown] * 2
    assert "<b>" not in part(mail, "html")


def test_a_mail_that_failed_is_sent_itself(cast: Cast, sink: Sink) -> None:
    """What was tried may have arrived, so it is told again by itself only, with its own id."""
    sink.answers = ["451 Later"]
    tasks = given(cast, MOST + 1)
    send_all()
    assert len(sink.mails) == MOST - 1
    Delivery.objects.filter(attempts=1, state=State.PENDING).update(next_at=Now())
    [again] = send_all()
    assert (again.state, again.attempts, len(sink.mails)) == (State.SENT, 2, MOST)
    the_minute_is_over()
    send_all()
    assert told(sink) == each_once(tasks)


def test_a_mail_that_failed_takes_no_more(cast: Cast, sink: Sink) -> None:
    """Or what may have arrived would be sent again with further tasks, under the same id."""
    tasks = given(cast, MOST + 2)
    send_all()
    sink.answers = ["451 Later"]
    Delivery.objects.filter(state=State.PENDING).update(next_at=Now())
    [failed] = send_all()
    tasks += given(cast, MOST)
    send_all()
    tasks += given(cast, 1)
    send_all()
    the_minute_is_over()
    send_all()
    together = Delivery.objects.filter(kind="more_tasks_assigned", state=State.SENT)
    assert (failed.state, together.count()) == (State.PENDING, 2)
    assert told(sink) == each_once(tasks)


def test_what_staff_send_again_is_sent(cast: Cast, sink: Sink) -> None:
    given(cast, MOST + 2)
    send_all()
    first = Delivery.objects.filter(state=State.SKIPPED).earliest("created_at")
    resend(actor=by(cast.ada), delivery=first)
    send_all()
    assert len(sink.mails) == MOST + 1
    the_minute_is_over()
    send_all()
    assert sink.mails[-1]["Subject"] == "1 more task was assigned to you"


def test_five_hundred_tasks_for_fifty_people_are_fifty_mails(cast: Cast, sink: Sink) -> None:
    people = crowd_in(cast, cast.project, 50, name="Somebody")
    tasks = tasks_with(cast, [""] * 500, title="Oil")
    wanted = [
        Change(task=task, fields={"assignee": people[n % 50]}) for n, task in enumerate(tasks)
    ]
    change_tasks(actor=by(cast.lea), wanted=wanted)
    while send_all():
        pass
    assert len(sink.mails) == 50
    assert {mail["Subject"] for mail in sink.mails} == {"10 tasks were assigned to you"}
    assert told(sink) == each_once(tasks)


def test_each_workspace_tells_of_its_own_tasks(cast: Cast, sink: Sink) -> None:
    add_member(actor=by(cast.sam), workspace=cast.elsewhere, email=cast.max.email, role="MEMBER")
    Membership.objects.update(opened_at=Now())
    other = create_project(
        actor=by(cast.sam), workspace=cast.elsewhere, name="Loom", team_members=[cast.max]
    )
    given(cast, MOST)
    send_all()
    given(cast, 1)
    for title in ("Weave", "Spin"):
        create_task(actor=by(cast.sam), project=other, title=title, assignee=cast.max)
    send_all()
    the_minute_is_over()
    send_all()
    first, second = sorted(sink.mails[MOST:], key=lambda mail: str(mail["Subject"]))
    assert ("Oil" in part(first, "plain"), "Weave" in part(first, "plain")) == (True, False)
    assert ("Oil" in part(second, "plain"), "Weave" in part(second, "plain")) == (False, True)


def test_a_long_list_is_cut(cast: Cast, sink: Sink) -> None:
    assign(cast, tasks_with(cast, [""] * 103, title="Oil"))
    send_all()
    text = part(sink.mails[0], "plain")
    assert (len(KEY.findall(text)), "And 3 more." in text) == (100, True)
    assert "103 tasks were" in sink.mails[0]["Subject"]


def test_who_hears_of_a_task_with_others_is_not_reminded_at_once(cast: Cast) -> None:
    tasks = tasks_with(cast, [""] * 2, title="Oil")
    now = datetime.now(UTC)
    Task.objects.update(due_date=now.date(), due_time=now.time().min, due_set_by=cast.lea)
    assign(cast, tasks)
    assert not Reminder.objects.planned().exists()
