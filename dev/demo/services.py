"""Creates the demo data by the services, as HTTP requests would, but without sending mail."""

import tomllib
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import connection

from accounts.models import User
from accounts.services.people import change_access, change_profile, register_person
from core.actor import Actor
from core.context import as_system
from core.errors import Conflict
from dashboards.services.totals import rebuild_totals
from dev.demo.passwords import KNOWN_TO_ALL
from dev.demo.teams import People, team_story
from dev.demo.timeline import Timeline
from notifications.models import Reminder
from outbox.models import Delivery, State
from projects.models import Project

WORLD = Path(__file__).parent / "world"
DEMO = Actor.system("manage.py seed_demo")
TEAMS = ("fieldnote", "halden", "riverside")


class AlreadySeeded(Conflict):
    message = "Somebody has one of the demo's addresses already: nothing was changed."


@as_system("planting the demo")
def seed_demo() -> list[User]:
    """Create the demo teams and return the people; AlreadySeeded if one of them exists already."""
    cast = _read("people")
    if not _is_alone():
        raise AlreadySeeded("Somebody else is adding the demo right now: nothing was changed.")
    if User.objects.filter(email__in=addresses()).exists():
        raise AlreadySeeded
    people = {nick: _register(nick, **facts) for nick, facts in cast.items()}
    people["admin"] = change_access(
        actor=DEMO, person=people["admin"], is_staff=True, is_superuser=True
    )
    timeline = Timeline()
    for team in TEAMS:
        timeline.begin(team_story(people, timeline, **_read(team)))
    timeline.run()
    for project in Project.objects.filter(workspace__owner__in=people.values()):
        rebuild_totals(project.pk)  # triggers count by the clock of PostgreSQL, which stood still
    _cancel_messages(people)
    # Hashed once for all: a hash takes a tenth of a second, and this password is no secret.
    User.objects.filter(email__in=addresses()).update(password=make_password(KNOWN_TO_ALL))
    return list(people.values())


def addresses() -> list[str]:
    """The e-mail addresses of all demo accounts."""
    return [_address(nick) for nick in _read("people")]


def _is_alone() -> bool:
    """Whether no other process is seeding; not waited for, which would exceed the lock timeout."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('demo'))")
        return bool(cursor.fetchone()[0])


def _register(nick: str, name: str, zone: str) -> User:
    person = register_person(actor=DEMO, email=_address(nick), password=None, name=name)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return change_profile(actor=Actor(user=person), person=person, time_zone=zone)


def _cancel_messages(people: People) -> None:
    """Cancel all mail and reminders: their recipients were created by this transaction."""
    Delivery.objects.filter(
        state=State.PENDING, recipient_id__in=[person.pk for person in people.values()]
    ).close(State.SKIPPED, "demo data")
    plans = Reminder.objects.planned().filter(recipient__in=people.values())
    plans.update(state=Reminder.State.CANCELLED)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((WORLD / f"{name}.toml").read_text())


def _address(nick: str) -> str:
    return f"{nick}@example.com"
