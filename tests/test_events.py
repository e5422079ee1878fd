"""Who hears of which event, by name: `app.function` stands for `app.receivers.function`."""

import ast
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from activity.receivers import LOGGED
from core.events import Event, subscribers
from tests.test_architecture import OURS, sources

HEARD = """
accounts.AccessChanged               activity.log
                                     audit.log
                                     notifications.plan_missed_after_reactivation
accounts.AccountsKeptApart           activity.log
                                     audit.log
accounts.PersonalDataExported        audit.log
accounts.PersonDeleted               activity.log
                                     audit.log
                                     activity.record_in_workspaces
                                     activity.erase_texts_of_deleted_person
                                     attachments.end_uploads_of_deleted
                                     clerk.delete_matches
                                     clerk.erase_kept_profiles
                                     comments.erase_revisions_of_deleted_person
                                     identity.end_access_of_deleted
                                     imports.remove_import_files_of_deleted
                                     jobs.erase_jobs_of_deleted
                                     tasks.delete_private_filters_of_deleted
                                     tasks.release_due_times_of_deleted
                                     tasks.end_all_watching_of_deleted
                                     workspaces.end_memberships_of_deleted
                                     workspaces.erase_invitations_of_deleted
                                     notifications.erase_inbox_of_deleted
                                     notifications.erase_preferences_of_deleted
                                     calendars.delete_feeds_of_deleted
                                     reports.delete_schedules_of_deleted
accounts.PersonJoined                activity.log
                                     audit.log
                                     activity.record_in_workspaces
                                     notifications.move_to_joined
                                     projects.move_project_memberships_to_joined
                                     workspaces.move_memberships_to_joined
accounts.PersonLinked                activity.log
                                     audit.log
                                     activity.record_in_workspaces
accounts.PersonRegistered            activity.log
                                     audit.log
accounts.ProfileChanged              activity.log
                                     activity.record_in_workspaces
                                     notifications.replan_for_time_zone
                                     reports.replan_for_time_zone

activity.Logged                      realtime.pass_on_to_pusher

attachments.AttachmentAdded          activity.log
attachments.AttachmentDeleted        activity.log
                                     audit.log
attachments.AttachmentIllustrated    activity.log
attachments.AttachmentPurged         activity.log
attachments.AttachmentQuarantined    activity.log
attachments.AttachmentRestored       activity.log
                                     audit.log

calendars.CalendarFeedAdded          audit.log
calendars.CalendarFeedRevoked        audit.log
calendars.CalendarFeedRotated        audit.log

comments.CommentAdded                activity.log
                                     notifications.tell
comments.CommentDeleted              activity.log
                                     audit.log
comments.CommentEdited               activity.log
                                     notifications.tell
comments.CommentPurged               activity.log
                                     activity.erase_texts_of_comments
                                     comments.erase_revisions_of_comments
comments.CommentRestored             activity.log
                                     audit.log
comments.ReactionAdded               activity.log
comments.ReactionRemoved             activity.log

core.WorkspaceOpened                 workspaces.record_first_visit

identity.AccountLinked               activity.log
                                     audit.log
                                     identity.mail_account_linked
identity.AccountUnlinked             activity.log
                                     audit.log
                                     identity.mail_account_unlinked
identity.AllSessionsEnded            audit.log
identity.EnrolmentApproved           activity.log
                                     audit.log
                                     identity.mail_enrolment_approved
identity.PasswordChanged             identity.revoke_personal_tokens
                                     audit.log
                                     identity.mail_password_changed
identity.PersonalTokenCreated        activity.log
                                     audit.log
identity.PersonalTokenRevoked        activity.log
                                     audit.log
identity.SecondFactorAdded           audit.log
identity.SecondFactorRemoved         audit.log
identity.SessionEnded                audit.log
identity.SignInFailed                audit.log
identity.SignedIn                    audit.log

outbox.DeliveryCancelled             activity.log
                                     audit.log
outbox.DeliveryResent                activity.log
                                     audit.log

projects.ColumnAdded                 activity.log
projects.ColumnDeleted               activity.log
                                     tasks.move_tasks_out_of_deleted
projects.ColumnUpdated               activity.log
                                     tasks.recategorise_tasks
projects.ColumnsReordered            activity.log
projects.ProjectArchived             activity.log
projects.ProjectCreated              activity.log
projects.ProjectDeleted              activity.log
                                     audit.log
projects.ProjectDeletionChanges      tasks.lock_blocked_of_project
projects.ProjectLeadChanged          activity.log
                                     audit.log
                                     notifications.tell
projects.ProjectMemberAdded          activity.log
                                     audit.log
                                     notifications.tell
projects.ProjectMemberRemoved        activity.log
                                     audit.log
                                     notifications.tell
projects.ProjectPurged               activity.log
                                     audit.log
                                     activity.erase_texts_of_projects
                                     tasks.delete_filters_of_purged
projects.ProjectRestored             activity.log
                                     audit.log
                                     notifications.plan_missed_after_restoring
projects.ProjectRoleChanged          activity.log
                                     audit.log
                                     notifications.tell
projects.ProjectUnarchived           activity.log
                                     notifications.plan_missed_after_unarchiving
projects.ProjectUpdated              activity.log
projects.TransitionsChanged          activity.log
projects.ProjectsLeft                tasks.hand_over_tasks_of_leaver

reports.ReportScheduleDeleted        audit.log
reports.ReportScheduleUpdated        audit.log
reports.ReportScheduled              audit.log

tasks.FilterDeleted                  activity.log
tasks.FilterSaved                    activity.log
tasks.FilterUpdated                  activity.log
tasks.LabelAdded                     activity.log
tasks.LabelDeleted                   activity.log
tasks.LabelUpdated                   activity.log
tasks.TaskTransferred                activity.log
                                     notifications.tell
                                     notifications.move_notifications
tasks.TaskWatched                    activity.log
tasks.TaskUnwatched                  activity.log
tasks.DueTimesReleased               notifications.replan_for_released_due_times
tasks.TaskAssigned                   activity.log
                                     notifications.plan_reminders_of_assigned
                                     notifications.tell_assignees
tasks.TaskCreated                    activity.log
                                     notifications.tell
tasks.TaskDeleted                    activity.log
                                     audit.log
                                     notifications.cancel_reminders
tasks.TaskMoved                      activity.log
tasks.TaskPurged                     activity.log
                                     audit.log
                                     activity.erase_texts_of_tasks
                                     tasks.forget_mentions_of_purged
tasks.TaskRelated                    activity.log
tasks.TaskRestored                   activity.log
                                     audit.log
                                     notifications.plan_reminders_of_restored
tasks.TasksRecategorised             notifications.plan_reminders_of_recategorised
tasks.TaskTransitioned               activity.log
                                     notifications.replan_for_statuses
                                     tasks.make_next_of_repeating
                                     notifications.tell
tasks.TaskUnrelated                  activity.log
tasks.TaskUpdated                    activity.log
                                     notifications.replan_for_due_dates
                                     notifications.tell
tasks.TasksHandedOver                notifications.mail_successor

exports.TasksExported                audit.log

jobs.FunctionReplayed                audit.log
jobs.FunctionRunRequested            audit.log
jobs.JobFinished                     jobs.count_end
                                     jobs.tell_owner_of_end
                                     reports.mail_scheduled_report
jobs.JobSubmitted                    audit.log

webhooks.WebhookAdded                activity.log
                                     audit.log
webhooks.WebhookDeleted              activity.log
                                     audit.log
webhooks.WebhookDisabled             activity.log
                                     audit.log
webhooks.WebhookSecretRotated        activity.log
                                     audit.log
webhooks.WebhookUpdated              activity.log
                                     audit.log

workspaces.InvitationAccepted        activity.log
                                     notifications.read_accepted_invitation
workspaces.InvitationResent          activity.log
                                     notifications.tell_invited_person_again
workspaces.InvitationRevoked         activity.log
                                     notifications.read_revoked_invitation
workspaces.MemberAdded               activity.log
                                     audit.log
                                     workspaces.revoke_invitations_of_new_member
                                     notifications.tell
workspaces.MemberRemoved             activity.log
                                     audit.log
                                     clerk.keep_who_was_removed
                                     projects.end_memberships_of_leaver
                                     workspaces.withdraw_offer_to_leaver
                                     tasks.end_watching_of_leaver
                                     workspaces.revoke_invitations_of_leaver
                                     notifications.erase_preferences_of_leaver
                                     notifications.tell
workspaces.MemberRoleChanged         activity.log
                                     audit.log
                                     workspaces.revoke_invitations_beyond_new_role
                                     notifications.tell
workspaces.OptOutLifted              activity.log
workspaces.OptedOut                  activity.log
workspaces.OwnerChanged              activity.log
                                     audit.log
                                     workspaces.withdraw_offer_of_former_owner
                                     notifications.tell
workspaces.OwnershipDeclined         activity.log
workspaces.OwnershipOffered          activity.log
                                     audit.log
workspaces.OwnershipWithdrawn        activity.log
workspaces.PersonInvited             activity.log
                                     notifications.tell_invited_person
workspaces.WorkspaceCreated          activity.log
                                     audit.log
workspaces.WorkspaceDeleted          activity.log
                                     audit.log
                                     projects.delete_projects_of_workspace
workspaces.WorkspaceRestored         activity.log
                                     audit.log
                                     projects.restore_projects_of_workspace
workspaces.WorkspaceUpdated          activity.log
                                     audit.log
"""
"""An event, and under each other all who hear it; `activity.log` writes the line of `LOGGED`.

`audit.log` writes an entry as `AUDITED` says, `notifications.tell` tells those whom a function of
`HEARERS` names."""
UNLOGGED = {
    "accounts.PersonalDataExported": "changes nothing; audited",
    "activity.Logged": "tells that others have been",
    "calendars.CalendarFeedAdded": "is its owner's alone; audited",
    "calendars.CalendarFeedRevoked": "is its owner's alone; audited",
    "calendars.CalendarFeedRotated": "is its owner's alone; audited",
    "core.WorkspaceOpened": "asked once per person; the membership keeps the moment",
    "exports.TasksExported": "changes nothing; audited",
    "identity.AllSessionsEnded": "belongs to no workspace; audited",
    "identity.PasswordChanged": "belongs to no workspace; its owner is told by mail",
    "identity.SecondFactorAdded": "belongs to no workspace; audited",
    "identity.SecondFactorRemoved": "belongs to no workspace; audited",
    "identity.SessionEnded": "belongs to no workspace; audited",
    "identity.SignInFailed": "belongs to no workspace; audited",
    "identity.SignedIn": "belongs to no workspace; audited",
    "jobs.FunctionReplayed": "belongs to no workspace; audited",
    "jobs.FunctionRunRequested": "belongs to no workspace; audited",
    "jobs.JobFinished": "is its owner's alone, who finds it in the inbox",
    "jobs.JobSubmitted": "is its owner's alone; audited",
    "projects.ProjectDeletionChanges": "comes before ProjectDeleted or ProjectRestored",
    "projects.ProjectsLeft": "follows MemberRemoved and ProjectMemberRemoved, which are logged",
    "reports.ReportScheduleDeleted": "is its owner's alone; audited",
    "reports.ReportScheduleUpdated": "is its owner's alone; audited",
    "reports.ReportScheduled": "is its owner's alone; audited",
    "tasks.DueTimesReleased": "follows PersonDeleted, which is logged",
    "tasks.TasksRecategorised": "follows ColumnUpdated and ColumnDeleted, which are logged",
    "tasks.TasksHandedOver": "sums up what is logged as TaskAssigned, one by one",
}
"""Why some events leave no line in the log."""
UNHEARD: dict[str, str] = {}
"""Why nobody hears an event, of those nobody does."""


def named() -> dict[str, set[str]]:
    """The table, as {event: receivers}."""
    found: dict[str, set[str]] = {}
    event = ""
    for line in filter(None, HEARD.splitlines()):
        *first, receiver = line.split()
        event = first[0] if first else event
        found.setdefault(event, set()).add(receiver)
    return found


def descendants(kind: type[Event]) -> Iterator[type[Event]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


EVENTS = {
    f"{event.__module__.partition('.')[0]}.{event.__name__}": event
    for event in descendants(Event)
    if not event.__module__.startswith("tests.")
}


def name_of(subscriber: Any) -> str:
    """Of the function that was decorated, not of what calls it for each event."""
    receiver = inspect.getclosurevars(subscriber).nonlocals.get("receiver", subscriber)
    app, receivers, name = f"{receiver.__module__}.{receiver.__qualname__}".split(".", 2)
    assert receivers == "receivers"
    made = {"_recorder": "log", "_teller": "tell"}
    return f"{app}.{made.get(name.partition('.')[0], name)}"


def test_every_event_has_the_subscribers_it_is_said_to_have() -> None:
    told = {name: {name_of(one) for one in subscribers(event)} for name, event in EVENTS.items()}
    known = named() | {name: set() for name in UNHEARD}
    unequal = {
        name: told.get(name) for name in told.keys() | known if told.get(name) != known.get(name)
    }
    assert not unequal, f"{unequal}: enter the receivers there are in HEARD (tests/test_events.py)"


def test_every_event_is_logged_or_said_why_not() -> None:
    unequal = {name for name, event in EVENTS.items() if event not in LOGGED} ^ {*UNLOGGED}
    assert not unequal, f"{unequal}: enter it in LOGGED (activity/receivers.py) or in UNLOGGED here"


def test_every_event_is_published() -> None:
    used = {
        ast.unparse(node).rpartition(".")[2]
        for file in sources(*OURS)
        if file.name not in ("events.py", "receivers.py") or file.parent.name == "services"
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Name | ast.Attribute)
    }
    silent = {name for name in EVENTS if name.partition(".")[2] not in used}
    assert not silent, f"{silent}: publish it in the services of its app"


@pytest.mark.parametrize("name", sorted({*UNLOGGED, *UNHEARD}))
def test_a_reason_is_of_an_event_there_is(name: str) -> None:
    assert name in EVENTS
