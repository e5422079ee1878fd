"""Calendar feeds: secret addresses, which show what their owners may read at that moment."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser

from accounts.services.deletion import delete_person
from calendars.models import CalendarFeed
from calendars.services import icalendar, reading
from calendars.services.feeds import MOST_FEEDS
from config.masking import masked
from core.limits import Limit
from identity.services.personal_tokens import create_token
from projects.models import Project, Visibility
from tasks.models import Task
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.factories import TaskFactory

FEEDS = "/api/calendar-feeds"


def address(cast: Cast, name: str = "max", **place: Any) -> str:
    """The path of a new feed."""
    body = {key: str(value.pk) for key, value in place.items()}
    url = client_of(getattr(cast, name)).ask("POST", FEEDS, body, status=201)["data"]["url"]
    [path] = re.findall(r"^http[^/]+//[^/]+(/calendar/[\w-]{43}\.ics)$", url)
    return str(path)


def read(path: str, status: int = 200) -> Any:
    answer = Browser().get(path)
    assert answer.status_code == status, answer.content
    return answer


def lines_of(content: bytes) -> list[str]:
    """The lines of a calendar, unfolded; each ends with CRLF and has 75 octets at most."""
    folded = content.split(b"\r\n")
    assert folded.pop() == b""
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in folded)
    return content.decode().replace("\r\n ", "").split("\r\n")[:-1]


def events_of(content: bytes) -> list[dict[str, str]]:
    lines = lines_of(content)
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    text = "\n".join(lines)
    bodies = re.findall(r"BEGIN:VEVENT\n(.*?)\nEND:VEVENT", text, re.DOTALL)
    return [dict(line.split(":", 1) for line in body.split("\n")) for body in bodies]


def titles(path: str) -> set[str]:
    return {event["SUMMARY"] for event in events_of(read(path).content)}


def due(cast: Cast, **more: Any) -> Task:
    """Max's task, due today."""
    fields = {"due_date": datetime.now(UTC).date(), "assignee": cast.max, **more}
    task: Task = TaskFactory.create(**{"project": cast.project, **fields})
    return task


def test_all_of_an_event(cast: Cast) -> None:
    task = due(cast, title="Oil; grease, \\ and\nmore", due_date=date(2026, 12, 31))
    [event] = events_of(read(address(cast)).content)
    at, link = f"{task.updated_at:%Y%m%dT%H%M%SZ}", event["URL"]
    assert str(task.pk) in link
    times = {"DTSTAMP": at, "LAST-MODIFIED": at, "CREATED": f"{task.created_at:%Y%m%dT%H%M%SZ}"}
    assert event == {
        **times,
        "UID": f"{task.pk}@localhost",
        "SEQUENCE": str(task.version),
        "DTSTART;VALUE=DATE": "20261231",
        "DTEND;VALUE=DATE": "20270101",
        "SUMMARY": f"ENG-{task.number} Oil\\; grease\\, \\\\ and\\nmore",
        "DESCRIPTION": f"Engine\\n{link}",
        "CATEGORIES": "Engine",
        "URL": link,
        "STATUS": "CONFIRMED",
        "TRANSP": "TRANSPARENT",
    }


def test_a_due_time_is_in_the_zone_of_who_set_it(cast: Cast) -> None:
    cast.lea.time_zone = "America/New_York"
    cast.lea.save()
    day = datetime.now(UTC).date()
    due(cast, due_time=time(17, 30), due_set_by=cast.lea)
    [event] = events_of(read(address(cast)).content)
    at = datetime.combine(day, time(17, 30), ZoneInfo("America/New_York")).astimezone(UTC)
    assert event["DTSTART"] == at.strftime("%Y%m%dT%H%M%SZ")
    assert not any(name.startswith("DTEND") for name in event)


@pytest.mark.parametrize(
    "title", ["Ü" * 120, "日本語" * 60, "👨‍👩‍👧" * 40, "a\x00\x07\ud800b" + "x" * 90]
)
def test_long_lines_are_folded_between_characters(title: str) -> None:
    folded = b"".join(icalendar.calendar(title, [[("SUMMARY", "y" * 200)]]))
    shown = re.sub("[\x00\x07\ud800]", "", title)
    assert f"NAME:{shown}" in lines_of(folded)


def test_a_person_sees_their_own_and_a_project_shows_all(cast: Cast) -> None:
    other = Project.objects.create(
        workspace=cast.workspace, key="SHP", name="Ship", created_by=cast.ada
    )
    mine, theirs = due(cast), due(cast, assignee=cast.lea)
    ship = due(cast, project=other)
    due(cast, due_date=None)
    names = {
        task: f"{task.project.key}-{task.number} {task.title}" for task in (mine, theirs, ship)
    }
    assert titles(address(cast)) == {names[mine], names[ship]}
    assert titles(address(cast, workspace_id=cast.workspace)) == {names[mine], names[ship]}
    assert titles(address(cast, project_id=cast.project)) == {names[mine], names[theirs]}


def test_completed_tasks_are_marked_and_deleted_ones_are_gone(cast: Cast) -> None:
    task, path = due(cast), address(cast)
    asked = client_of(cast.max)
    asked.ask("PATCH", f"/api/tasks/{task.pk}", {"is_complete": True})
    assert titles(path) == {f"✓ ENG-{task.number} {task.title}"}
    client_of(cast.lea).ask("DELETE", f"/api/tasks/{task.pk}", status=204)
    assert titles(path) == set()


def test_what_is_long_past_is_left_out_and_the_number_is_limited(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC).date()
    due(cast, due_date=today - timedelta(days=400))
    late, far = (
        due(cast, due_date=today - timedelta(days=300)),
        due(cast, due_date=date(2999, 12, 31)),
    )
    path = address(cast)
    assert titles(path) == {f"ENG-{task.number} {task.title}" for task in (late, far)}
    monkeypatch.setattr(reading, "MOST_ENTRIES", 1)
    assert titles(path) == {f"ENG-{far.number} {far.title}"}


def test_it_shows_what_may_be_read_now(cast: Cast) -> None:
    task = due(cast)
    own, project = address(cast), address(cast, project_id=cast.project)
    Project.objects.update(visibility=Visibility.PRIVATE)
    assert titles(project) == {f"ENG-{task.number} {task.title}"}
    cast.project.memberships.get(user=cast.max).delete()
    assert titles(own) == set()
    read(project, status=404)


def test_who_leaves_loses_it_and_who_is_deactivated(cast: Cast) -> None:
    due(cast)
    paths = [address(cast), address(cast, workspace_id=cast.workspace)]
    client_of(cast.ada).ask(
        "DELETE", f"/api/workspaces/{cast.workspace.pk}/members/{cast.max.pk}", status=204
    )
    assert titles(paths[0]) == set()
    read(paths[1], status=404)
    cast.max.is_active = False
    cast.max.save()
    read(paths[0], status=404)


def test_deleted_places_and_people_have_no_calendar(cast: Cast) -> None:
    project = address(cast, "lea", project_id=cast.project)
    workspace, own = address(cast, "lea", workspace_id=cast.workspace), address(cast, "moe")
    client_of(cast.lea).ask("DELETE", f"/api/projects/{cast.project.pk}", status=204)
    read(project, status=404)
    client_of(cast.ada).ask("DELETE", f"/api/workspaces/{cast.workspace.pk}", status=204)
    read(workspace, status=404)
    delete_person(actor=by(cast.moe), person=cast.moe)
    read(own, status=404)
    assert not CalendarFeed.objects.filter(owner=cast.moe).exists()


def test_the_address_is_shown_once_and_can_be_changed(cast: Cast) -> None:
    path, asked = address(cast), client_of(cast.max)
    [shown] = asked.ask("GET", FEEDS)["data"]
    feed = CalendarFeed.objects.get()
    assert path.removeprefix("/calendar/").removesuffix(".ics") not in repr(vars(feed))
    assert shown == {
        "id": str(feed.pk),
        "workspace_id": None,
        "project_id": None,
        "created_at": feed.created_at.isoformat(),
        "updated_at": feed.updated_at.isoformat(),
        "version": 1,
    }
    url = asked.ask("POST", f"{FEEDS}/{feed.pk}/rotate")["data"]["url"]
    read(path, status=404)
    read(url)
    asked.ask("DELETE", f"{FEEDS}/{feed.pk}", status=204)
    read(url, status=404)


@pytest.mark.parametrize("name", ["ada", "sam"])
def test_feeds_of_others_are_not_found(cast: Cast, name: str) -> None:
    address(cast)
    feed, other = CalendarFeed.objects.get(), client_of(getattr(cast, name))
    assert other.ask("GET", FEEDS)["data"] == []
    for method, path in (("GET", ""), ("POST", "/rotate"), ("DELETE", "")):
        other.ask(method, f"{FEEDS}/{feed.pk}{path}", status=404)


def test_nobody_makes_a_feed_of_what_they_do_not_see(cast: Cast) -> None:
    for field, row in (("project_id", cast.project), ("workspace_id", cast.workspace)):
        body = {field: str(row.pk)}
        errors = client_of(cast.sam).ask("POST", FEEDS, body, status=400)["errors"]
        assert errors == {field: ["Not found."]}
    client_of(cast.gus).ask("POST", FEEDS, {"project_id": str(cast.project.pk)}, status=400)
    assert not CalendarFeed.objects.exists()


def test_there_is_an_end_of_feeds(cast: Cast) -> None:
    rows = [CalendarFeed(owner=cast.max, digest=str(n)) for n in range(MOST_FEEDS)]
    CalendarFeed.objects.bulk_create(rows)
    assert client_of(cast.max).ask("POST", FEEDS, {}, status=409)["code"] == "too_many_feeds"


def test_programs_are_told_when_nothing_has_changed(cast: Cast) -> None:
    task, path = due(cast), address(cast)
    first = read(path)
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert first["Cache-Control"] == "private, no-cache"
    assert first["Referrer-Policy"] == "no-referrer"
    assert first["X-Robots-Tag"] == "noindex"
    again = Browser().get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    client_of(cast.max).ask("PATCH", f"/api/tasks/{task.pk}", {"title": "Another"})
    assert Browser().get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_reading_too_often_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READS", Limit("calendars in tests", 2, 60))
    path = address(cast)
    assert [Browser().get(path).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 5000, "%00", "é" * 43, "x" * 42 + "."])
def test_wrong_addresses_lead_nowhere(cast: Cast, token: str) -> None:
    read(f"/calendar/{token}.ics", status=404)


def test_logs_hold_no_tokens(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    path = address(cast)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    read(path)
    assert token not in masked(f"GET {path} 200")
    assert token not in caplog.text


def test_a_token_makes_no_feed_that_shows_more_than_it(cast: Cast) -> None:
    bound = by_token(cast, scopes=["read", "write"], workspace_ids=[cast.workspace.pk])
    assert bound.ask("POST", FEEDS, {}, status=403)["code"] == "not_by_this_token"
    bound.ask("POST", FEEDS, {"workspace_id": str(cast.workspace.pk)}, status=201)
    blind = by_token(cast, scopes=["write"])
    assert blind.ask("POST", FEEDS, {}, status=403)["code"] == "not_by_this_token"


def by_token(cast: Cast, **limits: Any) -> Client:
    """A client of Max with a personal token."""
    _, text = create_token(actor=by(cast.max), name="Program", **limits)
    client = Client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client
