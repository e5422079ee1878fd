"""Notifications, mails and reminders that follow from events."""

from collections.abc import Callable, Sequence
from typing import Any

from accounts.events import AccessChanged, PersonDeleted, PersonJoined, ProfileChanged
from accounts.services.references import not_counted
from comments.events import CommentAdded, CommentEdited
from core.events import IMPORT, Event, subscribe, subscribe_batch
from notifications.models import Notification, NotificationKind
from notifications.services import (
    enqueue_assignment_mails,
    enqueue_handover_mail,
    plan_missed_reminders,
    plan_missed_reminders_of,
    plan_reminders,
    plan_reminders_after_handover,
    plan_reminders_of,
    plan_reminders_of_all,
)
from notifications.services import hearers as who
from notifications.services.inbox import erase_inbox, follow_task, move_inbox
from notifications.services.invitations import read_invitation, tell_invited
from notifications.services.preferences import erase_preferences, move_preferences
from notifications.services.telling import tell_unmuted
from projects.events import (
    ProjectLeadChanged,
    ProjectMemberAdded,
    ProjectMemberRemoved,
    ProjectRestored,
    ProjectRoleChanged,
    ProjectUnarchived,
)
from tasks.events import (
    DueTimesReleased,
    TaskAssigned,
    TaskCreated,
    TaskDeleted,
    TaskRestored,
    TasksHandedOver,
    TasksRecategorised,
    TaskTransferred,
    TaskTransitioned,
    TaskUpdated,
)
from tasks.models import FINISHED, Task
from workspaces.events import (
    InvitationAccepted,
    InvitationResent,
    InvitationRevoked,
    MemberAdded,
    MemberRemoved,
    MemberRoleChanged,
    OwnerChanged,
    PersonInvited,
)

# What somebody prefers is theirs alone: nothing is lost if their accounts are joined.
not_counted("notifications.reminderchoice.person")
not_counted("notifications.preference.person")
not_counted("notifications.mailschedule.person")
not_counted("notifications.mailbatch.person")
not_counted("notifications.notification.recipient")

HEARERS: dict[type[Event], Callable[[Sequence[Any]], list[Notification]]] = {
    TaskCreated: who.hearers_of_descriptions,
    TaskUpdated: who.hearers_of_descriptions,
    TaskTransferred: who.hearers_of_descriptions,
    TaskTransitioned: who.hearers_of_transitions,
    CommentAdded: who.hearers_of_comments,
    CommentEdited: who.hearers_of_comment_edits,
    MemberAdded: who.hearers_of_new_members,
    MemberRoleChanged: who.hearers_of_new_roles,
    MemberRemoved: who.hearers_of_workspace_removals,
    OwnerChanged: who.hearers_of_new_owners,
    ProjectMemberAdded: who.hearers_of_new_members,
    ProjectRoleChanged: who.hearers_of_new_roles,
    ProjectMemberRemoved: who.hearers_of_project_removals,
    ProjectLeadChanged: who.hearers_of_lead_changes,
}
"""Who hears of which events."""


@subscribe_batch(TaskTransferred)
def move_notifications(events: Sequence[TaskTransferred]) -> None:
    follow_task(tasks=[event.task for event in events])


def _teller(hearers: Callable[[Sequence[Any]], list[Notification]]) -> Any:
    def tell_them(events: Sequence[Event]) -> None:
        if happened := [each for each in events if each.origin != IMPORT]:
            tell_unmuted(actor=happened[0].actor, notifications=hearers(happened))

    return tell_them


for _event, _hearers in HEARERS.items():
    subscribe_batch(_event)(_teller(_hearers))


@subscribe(PersonInvited)
def tell_invited_person(event: PersonInvited) -> None:
    tell_invited(actor=event.actor, invitation=event.invitation)


@subscribe(InvitationResent)
def tell_invited_person_again(event: InvitationResent) -> None:
    tell_invited(actor=event.actor, invitation=event.invitation)


@subscribe(InvitationAccepted)
def read_accepted_invitation(event: InvitationAccepted) -> None:
    read_invitation(invitation=event.invitation)


@subscribe(InvitationRevoked)
def read_revoked_invitation(event: InvitationRevoked) -> None:
    read_invitation(invitation=event.invitation)


@subscribe(PersonDeleted)
def erase_inbox_of_deleted(event: PersonDeleted) -> None:
    erase_inbox(person=event.person)


@subscribe_batch(TaskAssigned)
def tell_assignees(events: Sequence[TaskAssigned]) -> None:
    """In the inbox and by mail; tasks that are handed over have a mail of their own."""
    events = [event for event in events if event.origin != IMPORT]
    if not events:
        return
    actor, hearers = events[0].actor, who.hearers_of_assignments(events)
    mailed = {
        (each.task_id, each.recipient_id)
        for each in tell_unmuted(actor=actor, notifications=hearers)
        if each.kind == NotificationKind.ASSIGNED
    }
    given = [event.task for event in events if not event.in_handover]
    told = [task for task in given if (task.pk, task.assignee_id) in mailed]
    enqueue_assignment_mails(actor=actor, tasks=told)


@subscribe(TasksHandedOver)
def mail_successor(event: TasksHandedOver) -> None:
    enqueue_handover_mail(
        actor=event.actor, project=event.project, person=event.person, tasks=event.tasks
    )


# After `tell_assignees`: whoever gets its mail is not reminded at once as well.
@subscribe_batch(TaskAssigned)
def plan_reminders_of_assigned(events: Sequence[TaskAssigned]) -> None:
    """Nobody is reminded at once of what was handed over, or imported."""
    at_once: list[Task] = []
    later: list[Task] = []
    for event in events:
        is_late = event.in_handover or event.origin == IMPORT
        (later if is_late else at_once).append(event.task)
    if later:
        plan_reminders_after_handover(tasks=later)
    if at_once:
        plan_reminders_of_all(tasks=at_once)


@subscribe_batch(TaskUpdated)
def replan_for_due_dates(events: Sequence[TaskUpdated]) -> None:
    moved = [each.task for each in events if {"due_date", "due_time"} & each.changes.keys()]
    if moved:
        plan_reminders_of_all(tasks=moved)


@subscribe_batch(TaskTransitioned)
def replan_for_statuses(events: Sequence[TaskTransitioned]) -> None:
    changed = [
        each.task
        for each in events
        if (each.before.category in FINISHED) != (each.task.category in FINISHED)
    ]
    if changed:
        plan_reminders_of_all(tasks=changed)


@subscribe(TaskDeleted)
def cancel_reminders(event: TaskDeleted) -> None:
    plan_reminders(task=event.task)


@subscribe(TaskRestored)
def plan_reminders_of_restored(event: TaskRestored) -> None:
    plan_reminders(task=event.task)


@subscribe(ProfileChanged)
def replan_for_time_zone(event: ProfileChanged) -> None:
    if "time_zone" in event.changes:
        plan_reminders_of(person=event.person)


@subscribe(DueTimesReleased)
def replan_for_released_due_times(event: DueTimesReleased) -> None:
    plan_reminders_of_all(tasks=event.tasks)


@subscribe(TasksRecategorised)
def plan_reminders_of_recategorised(event: TasksRecategorised) -> None:
    plan_reminders_of_all(tasks=event.tasks)


@subscribe(ProjectUnarchived)
def plan_missed_after_unarchiving(event: ProjectUnarchived) -> None:
    plan_missed_reminders(project=event.project)


@subscribe(ProjectRestored)
def plan_missed_after_restoring(event: ProjectRestored) -> None:
    plan_missed_reminders(project=event.project)


@subscribe(AccessChanged)
def plan_missed_after_reactivation(event: AccessChanged) -> None:
    if event.changes.get("is_active", {}).get("new"):
        plan_missed_reminders_of(person=event.person)


@subscribe(MemberRemoved)
def erase_preferences_of_leaver(event: MemberRemoved) -> None:
    erase_preferences(person=event.person, workspace=event.workspace)


@subscribe(PersonDeleted)
def erase_preferences_of_deleted(event: PersonDeleted) -> None:
    erase_preferences(person=event.person)


@subscribe(PersonJoined)
def move_to_joined(event: PersonJoined) -> None:
    move_preferences(person=event.person, former=event.former)
    move_inbox(person=event.person, former=event.former)
