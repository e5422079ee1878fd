"""When mail may come to people: reading and changing their schedules."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from core.actor import Actor
from core.errors import Invalid
from core.queries import compiled
from notifications.models import MailSchedule
from notifications.services.mail_times import Clock
from workspaces.services.workspaces import CredentialBound

COLUMNS = ("quiet_from", "quiet_until", "digest", "digest_at", "digest_weekday")


QUIET_HOURS = "Quiet hours need a beginning, and another time as their end; or neither."


def clocks_of(people: Collection[UUID]) -> dict[UUID, Clock]:
    """The clock of each of these people; one statement."""
    rows = _clocks.rows(people=list(people)) if people else []
    return {pk: Clock(now, ZoneInfo(zone), _schedule(pk, row)) for pk, zone, now, *row in rows}


def schedule_of(person: User) -> MailSchedule:
    """The person's schedule, or the default one, unsaved."""
    found: MailSchedule | None = MailSchedule.objects.filter(person=person).first()
    return found or MailSchedule(person=person)


@transaction.atomic
def change_schedule(*, actor: Actor, changes: dict[str, Any]) -> MailSchedule:
    """Change one's own schedule; None restores the default. What is planned stays as it is.

    It holds in all workspaces, so a credential bound to some of them is refused.
    """
    if actor.is_bound:
        raise CredentialBound("This token is bound to workspaces; the schedule holds in all.")
    person = User.objects.locked(actor.person.pk)
    schedule = schedule_of(person)
    default = MailSchedule()
    for name, value in changes.items():
        setattr(schedule, name, getattr(default, name) if value is None else value)
    is_whole = (schedule.quiet_from is None) == (schedule.quiet_until is None)
    if not is_whole or (schedule.quiet_from and schedule.quiet_from == schedule.quiet_until):
        raise Invalid(errors={"quiet_until": [QUIET_HOURS]})
    schedule.save()
    return schedule


def _schedule(person_id: UUID, row: Sequence[Any]) -> MailSchedule:
    """Of the COLUMNS; null ones, which all are if there is no row, have their defaults."""
    known = zip(COLUMNS, row, strict=True)
    return MailSchedule(
        person_id=person_id, **{name: value for name, value in known if value is not None}
    )


@compiled
def _clocks(people: Any) -> Any:
    rows = User.objects.annotate(now=Now()).filter(pk__any_of=people)
    columns = (f"mail_schedule__{name}" for name in COLUMNS)
    return rows.values_list("pk", "time_zone", "now", *columns)
