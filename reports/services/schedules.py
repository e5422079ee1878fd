"""Scheduling reports: for oneself, or with the right to it for others of the workspace."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.rights import check_own_account
from core.actor import Actor
from core.context import as_system
from core.errors import Conflict, Invalid
from core.events import publish
from core.queries import insert
from core.rights import require
from identity.services.kept_credentials import Kept
from projects.rights import READ_PROJECT
from reports.events import ReportScheduled, ReportScheduleDeleted, ReportScheduleUpdated
from reports.models import Period, ReportRecipient, ReportSchedule
from reports.services.due_times import next_due
from workspaces.models import Membership, Workspace
from workspaces.rights import SCHEDULE_REPORTS, SEND_REPORTS

MOST_SCHEDULES = 20
TIMES = ("period", "day", "hour", "is_enabled")


class TooManySchedules(Conflict):
    message = f"A person has at most {MOST_SCHEDULES} schedules in a workspace."


@transaction.atomic
def add_schedule(
    *, actor: Actor, workspace: Workspace, recipients: Iterable[User] = (), **fields: Any
) -> ReportSchedule:
    """A schedule of the actor; without recipients the report goes to them alone."""
    User.objects.locked(actor.person_id)
    require(SCHEDULE_REPORTS, workspace, actor)
    own = ReportSchedule.objects.filter(owner=actor.person, workspace=workspace)
    if own.count() >= MOST_SCHEDULES:
        raise TooManySchedules
    schedule = ReportSchedule(
        workspace=workspace, owner=actor.person, credential=list(Kept.of(actor)), **fields
    )
    _check(actor, schedule)
    plan(schedule)
    insert(schedule)
    _set_recipients(actor, schedule, recipients)
    publish(ReportScheduled(actor=actor, schedule=schedule))
    return schedule


@transaction.atomic
def update_schedule(
    *,
    actor: Actor,
    schedule: ReportSchedule,
    changes: dict[str, Any],
    version: int | None = None,
) -> ReportSchedule:
    """Change the fields given; from now on it is made with what the actor has signed in with."""
    locked = _locked(actor, schedule, version)
    recipients = changes.pop("recipients", None)
    changed = locked.change(**changes)
    if changed or recipients is not None:
        _check(actor, locked)
        locked.credential, locked.disabled_reason = list(Kept.of(actor)), ""
        if changed.keys() & {*TIMES}:
            plan(locked)
        if recipients is not None:
            _set_recipients(actor, locked, recipients)
        locked.save_changes(*changed, "credential", "disabled_reason", "next_at")
        publish(ReportScheduleUpdated(actor=actor, schedule=locked, changes=changed))
    return locked


@transaction.atomic
def delete_schedule(*, actor: Actor, schedule: ReportSchedule, version: int | None = None) -> None:
    locked = _locked(actor, schedule, version)
    publish(ReportScheduleDeleted(actor=actor, schedule=locked))
    ReportSchedule.objects.filter(pk=locked.pk).delete()


@as_system("scheduled reports of somebody who is gone")
def delete_schedules_of(*, actor: Actor, person: User) -> None:
    """Delete what they had scheduled, and take them out of what others have."""
    ReportSchedule.objects.filter(owner=person).delete()
    ReportRecipient.objects.filter(user=person).delete()


@as_system("scheduled reports of somebody whose clock has changed")
def replan_schedules_of(*, person: User) -> None:
    for schedule in ReportSchedule.objects.filter(owner=person, is_enabled=True):
        locked = ReportSchedule.objects.locked(schedule.pk)
        locked.owner = person
        plan(locked)
        locked.save_changes("next_at")


def plan(schedule: ReportSchedule) -> None:
    """Set when it is due next, after now; does not save."""
    zone = ZoneInfo(schedule.owner.time_zone)
    when = (schedule.period, schedule.day, schedule.hour)
    is_on = schedule.is_enabled
    schedule.next_at = next_due(*when, zone=zone, after=timezone.now()) if is_on else None


def _check(actor: Actor, schedule: ReportSchedule) -> None:
    last = Period(schedule.period).last_day
    if not 1 <= schedule.day <= last:
        raise Invalid(errors={"day": [f"Must be from 1 to {last}."]})
    if (project := schedule.project) is not None:
        if project.workspace_id != schedule.workspace_id:
            raise Invalid(errors={"project_id": ["Not found."]})
        require(READ_PROJECT, project, actor)


def _set_recipients(actor: Actor, schedule: ReportSchedule, wanted: Iterable[User]) -> None:
    """Replace them; others than the actor take a right, outsiders are Invalid."""
    people = {person.pk: person for person in wanted} or {actor.person.pk: actor.person}
    if people.keys() != {actor.person.pk}:
        require(SEND_REPORTS, schedule.workspace, actor)
    here = Membership.objects.filter(
        workspace=schedule.workspace_id, user__in=people, user__is_active=True
    )
    if here.count() < len(people):
        raise Invalid(errors={"recipient_ids": ["Must be members of the workspace."]})
    ReportRecipient.objects.filter(schedule=schedule).delete()
    place = schedule.workspace_id
    insert(
        *(ReportRecipient(workspace_id=place, schedule=schedule, user=p) for p in people.values())
    )


def _locked(actor: Actor, wanted: ReportSchedule, version: int | None) -> ReportSchedule:
    schedule: ReportSchedule = ReportSchedule.objects.locked(wanted.pk)
    require(SCHEDULE_REPORTS, schedule.workspace, actor)
    check_own_account(actor=actor, person=schedule.owner)
    schedule.check_version(version)
    return schedule
