"""What a feed shows: due dates that its owner may read at this moment."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from calendars.models import CalendarFeed
from calendars.services import icalendar
from calendars.services.feeds import TOKEN, digest_of
from calendars.services.icalendar import Line
from core.actor import SESSION, Actor
from core.context import as_person, as_system
from core.errors import NotFound
from core.limits import Limit, take
from notifications.mails import link_to
from notifications.services.due_dates import due_instant, due_zone
from projects.models import Project
from tasks.models import Task
from workspaces.models import Membership

READS = Limit("reading a calendar feed", 60, 60)
MOST_ENTRIES = 5_000
"""Of more, those due last are shown."""
PAST = timedelta(days=366)
DAY = timedelta(days=1)
NAME = "Gantry"
COLUMNS = (
    *("number", "title", "is_complete", "due_date", "due_time", "version", "updated_at"),
    *("created_at", "project_id", "due_set_by_id"),
    *("project__key", "project__name", "project__workspace__public_id", "due_set_by__time_zone"),
)


@transaction.atomic
def read_feed(token: str) -> bytes:
    """The calendar behind a token; NotFound without one, or if its owner may not read it now.

    TooManyRequests if it is read too often.
    """
    feed = _feed(token)
    take(READS, str(feed.pk))
    owner = Actor(user=feed.owner, credential=SESSION)
    with as_person(owner.person_id):
        name = _name(feed, owner)
        return b"".join(icalendar.calendar(name, _events(_tasks(feed, owner), feed.owner)))


@as_system("the holder of the address of a calendar")
def _feed(token: str) -> CalendarFeed:
    if not TOKEN.fullmatch(token):
        raise NotFound
    rows = CalendarFeed.objects.filter(digest=digest_of(token), owner__is_active=True)
    feed: CalendarFeed | None = rows.select_related("owner").first()
    if feed is None:
        raise NotFound
    return feed


def _name(feed: CalendarFeed, owner: Actor) -> str:
    """The name of the calendar; NotFound if the owner may not read what it is about."""
    if feed.project_id:
        projects = Project.objects.reachable_by(owner).filter(pk=feed.project_id)
        names = projects.values_list("name", flat=True)
    elif feed.workspace_id:
        places = Membership.objects.of(owner).filter(workspace__deleted_at=None)
        names = places.filter(workspace=feed.workspace_id).values_list("workspace__name", flat=True)
    else:
        return NAME
    found: str | None = names.first()
    if found is None:
        raise NotFound
    return f"{NAME}: {found}"


def _tasks(feed: CalendarFeed, owner: Actor) -> QuerySet[Task]:
    since = timezone.now().date() - PAST
    rows = Task.objects.visible_to(owner).filter(due_date__gte=since)
    if feed.project_id:
        rows = rows.filter(project=feed.project_id)
    else:
        rows = rows.filter(assignee=owner.person)
        if feed.workspace_id:
            rows = rows.filter(workspace=feed.workspace_id)
    shown = rows.select_related("project__workspace", "due_set_by").only(*COLUMNS)
    return shown.order_by("-due_date", "pk")[:MOST_ENTRIES]


def _events(tasks: Iterable[Task], owner: User) -> Iterator[list[Line]]:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    for task in tasks:
        yield _event(task, owner, host)


def _event(task: Task, owner: User, host: str) -> list[Line]:
    """All day on the due date, or at the due time, which is in the zone of who set it."""
    title = f"{task.project.key}-{task.number} {task.title}"
    link = link_to(task)
    return [
        ("UID", f"{task.pk}@{host}"),
        ("DTSTAMP", icalendar.instant(task.updated_at)),
        ("CREATED", icalendar.instant(task.created_at)),
        ("LAST-MODIFIED", icalendar.instant(task.updated_at)),
        ("SEQUENCE", str(task.version)),
        *_times(task, owner),
        ("SUMMARY", icalendar.text(f"✓ {title}" if task.is_complete else title)),
        ("DESCRIPTION", icalendar.text(f"{task.project.name}\n{link}")),
        ("CATEGORIES", icalendar.text(task.project.name)),
        ("URL", icalendar.uri(link)),
        ("STATUS", "CONFIRMED"),
        ("TRANSP", "TRANSPARENT"),
    ]


def _times(task: Task, owner: User) -> list[Line]:
    if task.due_date is None:
        message = f"task {task.pk} has no due date"
        raise ValueError(message)
    if task.due_time is None:
        end = task.due_date + DAY
        return [
            ("DTSTART;VALUE=DATE", icalendar.day(task.due_date)),
            ("DTEND;VALUE=DATE", icalendar.day(end)),
        ]
    zone = due_zone(task, owner, task.due_set_by)
    due: datetime = due_instant(task.due_date, task.due_time, zone)
    return [("DTSTART", icalendar.instant(due.astimezone(UTC)))]
