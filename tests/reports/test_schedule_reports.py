"""Reports that are made and mailed again and again."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.services.people import change_profile
from jobs.models import Job
from jobs.services.running import run_due_jobs
from outbox.models import Delivery
from projects.models import Visibility
from reports.models import ReportSchedule
from reports.services.due_reports import submit_due_reports
from reports.services.due_times import next_due, range_before
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.factories import TaskFactory
from tests.support.sink import Sink, part
from tests.support.threads import times
from workspaces.models import Membership

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.ATTACHMENTS_DIR = tmp_path


def path_of(cast: Cast) -> str:
    return f"/api/workspaces/{cast.workspace.pk}/report-schedules"


def scheduled(cast: Cast, name: str = "max", **fields: Any) -> dict[str, Any]:
    body = {"what": "burndown", **fields}
    answer = client_of(getattr(cast, name)).ask("POST", path_of(cast), body, status=201)
    shown: dict[str, Any] = answer["data"]
    return shown


def let_it_be_due() -> None:
    ReportSchedule.objects.update(next_at=timezone.now() - timedelta(seconds=1))


def mails_of(sink: Sink, name: str) -> list[Any]:
    return [each for each in sink.mails if each["To"] == f"{name}@example.com"]


def run_all() -> None:
    submit_due_reports()
    run_due_jobs(has_time=lambda: True)
    send_all()


@pytest.mark.parametrize(
    ("period", "day", "after", "due"),
    [
        ("week", 1, "2026-11-23T06:59:59Z", "2026-11-23T07:00:00Z"),
        ("week", 1, "2026-11-23T07:00:00Z", "2026-11-30T07:00:00Z"),
        ("week", 7, "2026-11-23T07:00:00Z", "2026-11-29T07:00:00Z"),
        ("month", 28, "2026-01-28T07:00:00Z", "2026-02-28T07:00:00Z"),
        ("month", 1, "2026-12-31T23:30:00Z", "2027-01-01T07:00:00Z"),
        # Clocks go forward from 2 to 3 o'clock on 29 March 2026, back from 3 to 2 on 25 October.
        ("week", 7, "2026-03-28T12:00:00Z", "2026-03-29T06:00:00Z"),
    ],
)
def test_it_is_due_by_the_owners_clock(period: str, day: int, after: str, due: str) -> None:
    found = next_due(period, day, 8, zone=BERLIN, after=datetime.fromisoformat(after))
    assert found == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),  # there is no 2 o'clock
        ("2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z"),  # the first of two
        ("2026-10-25T00:00:00Z", "2026-11-01T01:00:00Z"),  # not again at the second
    ],
)
def test_hours_that_are_skipped_or_come_twice(after: str, due: str) -> None:
    found = next_due("week", 7, 2, zone=BERLIN, after=datetime.fromisoformat(after))
    assert found == datetime.fromisoformat(due)


def test_it_is_about_the_last_whole_week_or_month() -> None:
    assert range_before("week", date(2026, 11, 29)) == (date(2026, 11, 16), date(2026, 11, 22))
    assert range_before("month", date(2026, 3, 1)) == (date(2026, 2, 1), date(2026, 2, 28))


def test_a_schedule_is_shown_to_its_owner_only(cast: Cast) -> None:
    shown = scheduled(cast, project_id=str(cast.project.pk), day=5, hour=7, period="week")
    schedule = ReportSchedule.objects.get()
    assert {name: shown[name] for name in ("what", "step", "period", "day", "hour")} == {
        "what": "burndown",
        "step": "day",
        "period": "week",
        "day": 5,
        "hour": 7,
    }
    assert [each["id"] for each in shown["recipients"]] == [str(cast.max.pk)]
    assert schedule.next_at is not None
    assert (schedule.next_at.hour, schedule.next_at.isoweekday()) == (7, 5)
    one = f"{path_of(cast)}/{schedule.pk}"
    assert client_of(cast.max).ask("GET", one)["data"] == shown
    for name, status in (("ada", 404), ("gus", 403), ("sam", 403)):
        client_of(getattr(cast, name)).ask("GET", one, status=status)
    assert client_of(cast.ada).ask("GET", path_of(cast))["data"] == []


def test_others_get_it_only_from_who_may_send_it(cast: Cast) -> None:
    both = [str(cast.moe.pk), str(cast.max.pk)]
    answer = client_of(cast.max).ask(
        "POST", path_of(cast), {"what": "burndown", "recipient_ids": both}, status=403
    )
    assert answer["required"] == "report:send"
    assert not ReportSchedule.objects.exists()
    shown = scheduled(cast, "pia", recipient_ids=both)
    assert {each["id"] for each in shown["recipients"]} == {*both}
    stranger = {"what": "burndown", "recipient_ids": [str(cast.sam.pk)]}
    client_of(cast.pia).ask("POST", path_of(cast), stranger, status=400)


def test_it_is_made_and_mailed_once(cast: Cast, sink: Sink) -> None:
    TaskFactory.create_batch(2, project=cast.project)
    scheduled(cast, "pia", recipient_ids=[str(cast.moe.pk), str(cast.pia.pk)])
    let_it_be_due()
    run_all()
    run_all()
    [job] = Job.objects.all()
    assert (job.type, job.state, job.owner) == ("report", "COMPLETED", cast.pia)
    assert [each["content_type"] for each in job.result["files"]] == ["image/png", "image/svg+xml"]
    [letter] = mails_of(sink, "moe")
    days = range_before("week", datetime.now(UTC).date())
    assert letter["Subject"] == f"Tasks left of Analytical Engines, {days[0]} to {days[1]}"
    assert f"{days[1]}: 0 left of 0" in part(letter, "plain")
    assert len(mails_of(sink, "pia")) == 1
    schedule = ReportSchedule.objects.get()
    assert schedule.next_at is not None
    assert schedule.next_at > timezone.now()


@pytest.mark.parametrize("way", ["left", "guest", "deactivated"])
def test_who_may_not_read_it_then_gets_no_mail(cast: Cast, sink: Sink, way: str) -> None:
    scheduled(cast, "pia", recipient_ids=[str(cast.moe.pk), str(cast.pia.pk)])
    let_it_be_due()
    submit_due_reports()
    run_due_jobs(has_time=lambda: True)
    place = Membership.objects.filter(user=cast.moe, workspace=cast.workspace)
    if way == "left":
        place.delete()
    elif way == "guest":
        place.update(role="GUEST")
    else:
        cast.moe.is_active = False
        cast.moe.save()
    send_all()
    assert (len(mails_of(sink, "moe")), len(mails_of(sink, "pia"))) == (0, 1)
    [skipped] = Delivery.objects.filter(kind="scheduled_report", state="SKIPPED")
    assert skipped.recipient_id == cast.moe.pk


def test_private_projects_are_not_told_to_others(cast: Cast, sink: Sink) -> None:
    TaskFactory.create(project=cast.project)
    cast.project.visibility = Visibility.PRIVATE
    cast.project.save()
    scheduled(cast, "ada", what="workload", recipient_ids=[str(cast.moe.pk)])
    scheduled(cast, "ada", what="workload")
    let_it_be_due()
    run_all()
    [theirs] = mails_of(sink, "moe")
    [own] = mails_of(sink, "ada")
    assert "There is nothing to count." in part(theirs, "plain")
    assert "Nobody: 1 open, 0 overdue, 0 due" in part(own, "plain")


def test_a_private_project_is_mailed_to_its_members(cast: Cast, sink: Sink) -> None:
    people = [str(cast.moe.pk), str(cast.max.pk)]
    cast.project.visibility = Visibility.PRIVATE
    cast.project.save()
    scheduled(cast, "ada", project_id=str(cast.project.pk), recipient_ids=people)
    let_it_be_due()
    run_all()
    assert (len(mails_of(sink, "moe")), len(mails_of(sink, "max"))) == (0, 1)


def test_who_lost_the_right_has_none_made(cast: Cast) -> None:
    scheduled(cast)
    Membership.objects.filter(user=cast.max).update(role="GUEST")
    let_it_be_due()
    run_all()
    schedule = ReportSchedule.objects.get()
    assert (schedule.is_enabled, schedule.next_at) == (False, None)
    assert schedule.disabled_reason == "The owner may not have reports made here any more."
    assert not Job.objects.exists()


def test_a_new_clock_moves_it(cast: Cast) -> None:
    scheduled(cast, day=3, hour=9)
    change_profile(actor=by(cast.max), person=cast.max, time_zone="Asia/Tokyo")
    at = ReportSchedule.objects.get().next_at
    assert at is not None
    shown = at.astimezone(ZoneInfo("Asia/Tokyo"))
    assert (shown.hour, shown.isoweekday()) == (9, 3)


def test_it_is_changed_and_deleted(cast: Cast) -> None:
    one = f"{path_of(cast)}/{scheduled(cast)['id']}"
    asked = client_of(cast.max)
    off = asked.ask("PATCH", one, {"is_enabled": False})["data"]
    assert (off["is_enabled"], off["next_at"], off["version"]) == (False, None, 2)
    let_it_be_due()
    assert not Job.objects.exists()
    headers = {"If-Match": '"1"'}
    asked.ask("PATCH", one, {"hour": 3}, status=412, **headers)
    asked.ask("DELETE", one, status=204)
    assert not ReportSchedule.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": 8},
        {"day": 0},
        {"period": "month", "day": 29},
        {"hour": 24},
        {"what": "pie"},
        {"step": "hour"},
        {"period": "year"},
        {"recipient_ids": ["x"] * 51},
        {"project_id": "01890000-0000-7000-8000-000000000000"},
    ],
)
def test_wrong_schedules_are_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    body = {"what": "burndown", **wrong}
    client_of(cast.max).ask("POST", path_of(cast), body, status=400)
    assert not ReportSchedule.objects.exists()


def test_scans_at_once_ask_for_it_once(committed_db: CommittedDatabase, cast: Cast) -> None:
    scheduled(cast)
    let_it_be_due()
    times(8, lambda _: submit_due_reports())
    assert Job.objects.count() == 1
