"""What the assignment mail says."""

from datetime import date, time

import pytest
from pytest_django.fixtures import Settings

from tasks.models import Task
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.sink import Sink, part

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(cast: Cast, settings: Settings) -> Task:
    """What Lea gave to Max."""
    settings.FRONTEND_URL = "https://app.example.org"
    return create_task(
        actor=by(cast.lea),
        project=cast.project,
        title="Oil the gears",
        description="Use **fine** oil.",
        assignee=cast.max,
        due_date=date(2031, 5, 31),
    )


@pytest.fixture
def link(task: Task) -> str:
    workspace = f"https://app.example.org/workspace/{task.workspace.public_id}"
    return f"{workspace}/projects/{task.project_id}/tasks/{task.pk}"


def test_assignment_mail_says_everything_one_needs(sink: Sink, task: Task, link: str) -> None:
    send_all()

    [mail] = sink.mails
    key = f"{task.project.key}-{task.number}"
    assert mail["Subject"] == f"Assigned to you: Oil the gears ({key})"
    *lines, empty, footer = part(mail, "plain").splitlines()
    assert (empty, footer.partition(": ")[0]) == ("", "You can switch off mails of this kind")
    assert lines == [
        "Lea assigned a task to you.",
        "",
        f"{key}  Oil the gears",
        "",
        "Project: Engine",
        "Due: Saturday, 31 May 2031",
        "",
        "Use **fine** oil.",
        "",
        f"View Task: {link}",
        "",
        "--",
        "You receive this because the task was assigned to you.",
    ]


def test_assignment_mail_says_the_same_in_html(sink: Sink, task: Task, link: str) -> None:
    send_all()

    html = part(sink.mails[0], "html")
    for words in ("Lea assigned", "Oil the gears", "<strong>fine</strong>", "Engine", "31 May"):
        assert words in html
    assert f'<a href="{link}"' in html


def test_assignment_mail_escapes_what_people_wrote(cast: Cast, sink: Sink) -> None:
    create_task(
        actor=by(cast.lea),
        project=cast.project,
        title="<script>alert(1)</script> & more",
        description='<img src=x onerror=alert(1)> [go](javascript:alert(1)) <b onclick="x">b</b>',
        assignee=cast.max,
    )

    send_all()

    html = part(sink.mails[0], "html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html
    assert "<script" not in html
    assert "<img" not in html
    assert "<b " not in html
    assert 'href="javascript' not in html
    assert "<script>alert(1)</script> & more" in part(sink.mails[0], "plain")


def test_assignment_mail_subject_carries_no_further_header(cast: Cast, sink: Sink) -> None:
    title = "Nice\r\nBcc: everybody@example.com\r\n\r\nBody"
    create_task(actor=by(cast.lea), project=cast.project, title=title, assignee=cast.max)

    send_all()

    [mail] = sink.mails
    assert mail["Bcc"] is None
    assert (
        mail["Subject"]
        .strip()
        .startswith("Assigned to you: Nice Bcc: everybody(at)example·com Body")
    )


def test_assignment_mail_tells_the_time_on_the_recipients_clock(cast: Cast, sink: Sink) -> None:
    cast.lea.time_zone, cast.max.time_zone = "Europe/Berlin", "America/New_York"
    cast.lea.save()
    cast.max.save()
    create_task(
        actor=by(cast.lea),
        project=cast.project,
        title="Late",
        assignee=cast.max,
        due_date=date(2031, 5, 31),
        due_time=time(2, 30),
    )

    send_all()

    due = "Due: Friday, 30 May 2031 at 20:30 (America/New_York)"
    assert due in part(sink.mails[0], "plain").splitlines()


def test_assignment_mail_tells_no_address_of_who_has_no_name(cast: Cast, sink: Sink) -> None:
    cast.lea.name = ""
    cast.lea.save()
    create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max)

    send_all()

    [mail] = sink.mails
    for kind in ("plain", "html"):
        assert "A task was assigned to you." in part(mail, kind)
        assert "lea@example.com" not in part(mail, kind)
