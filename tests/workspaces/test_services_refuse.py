"""Every service asks for the actor's right itself, whoever calls it."""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest

from activity.models import Event
from attachments.models import Attachment
from attachments.services.uploads import Upload
from calendars.models import CalendarFeed
from calendars.services.feeds import add_feed
from comments.models import Comment
from core.errors import Forbidden
from identity.models import PersonalToken
from identity.services.personal_tokens import create_token
from imports.models import ImportFile
from imports.services.files import begin_import_file
from reports.models import ReportSchedule
from reports.services.schedules import add_schedule
from tasks.models import Label, RelatedAs, Relation, SavedFilter, Task
from tasks.services.bulk import Change
from tasks.services.labels import add_label
from tasks.services.moves import Place
from tasks.services.relations import add_relation
from tasks.services.saved_filters import save_filter
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.factories import AttachmentFactory, UserFactory
from tests.support.relations import some_tasks
from tests.test_architecture import OURS
from tests.webhooks.hooks import hook_to
from tests.workspaces.inviting import invite
from webhooks.models import Webhook
from workspaces.models import Invitation, Membership

APPS = [app for app in OURS if app not in ("core", "dev")]
OUTSIDE = (".migrations", ".admin", ".management")
"""Pages and commands, which call services."""
OWN = "serves only the actor, or the holder of the secret given"
ANYBODY = "everybody signed in may"
SYSTEM = "no person asks: a scan, a webhook, a mail or another service"
REACTION = "follows from a change whose service has asked"
STEP = "a step of services, which lock and ask"
STAFF = "called by the admin, which asks its own permission"
QUESTION = "changes nothing: chooses rows or answers what one may"

ASKED_OTHERWISE = {
    "outbox.retention.remove_deliveries": SYSTEM,
    "outbox.retention.remove_words_of_mails": SYSTEM,
    "outbox.mail.failures.mail_failure": QUESTION,
    "activity.services.events.recorded": QUESTION,
    "activity.services.past_boards.board_then": QUESTION,
    "activity.services.past_boards.cards_then": QUESTION,
    "activity.services.past_tasks.parent_then": QUESTION,
    "activity.services.undo.newer.changing_again": QUESTION,
    "activity.services.undo.newer.shown": QUESTION,
    "dashboards.services.totals.add_changes": SYSTEM,
    "dashboards.services.totals.rebuild_totals": SYSTEM,
    "outbox.services.queue.claim_due": SYSTEM,
    "outbox.services.queue.release": SYSTEM,
    "outbox.services.figures.figures_by_channel": QUESTION,
    "outbox.services.queue.cancel": STAFF,
    "outbox.services.queue.resend": STAFF,
    "outbox.services.queue.sweep": SYSTEM,
    "outbox.services.queue.unused": QUESTION,
    "clerk.services.people.follow_address": SYSTEM,
    "clerk.services.people.join_accounts": STAFF,
    "clerk.services.people.keep_apart": STAFF,
    "clerk.services.people.follow_person": SYSTEM,
    "clerk.services.people.delete_external_person": SYSTEM,
    "clerk.services.people.find_or_register_person": SYSTEM,
    "clerk.services.tokens.authenticate_person": SYSTEM,
    "identity.allauth_bridge.sessions.in_new_session": STEP,
    "identity.allauth_bridge.sessions.in_session": STEP,
    "accounts.services.personal_data.everything_of": OWN,
    "identity.services.mails.enqueue_sealed": SYSTEM,
    "identity.services.enrolment.approve_enrolment": STAFF,
    "accounts.rights.check_own_account": STEP,
    "identity.services.access.end_access": STEP,
    "identity.services.sessions.end_session": STEP,
    "identity.services.sessions.end_sessions_of": STEP,
    "identity.services.publishing.publish_added_factor": REACTION,
    "identity.services.publishing.publish_removed_factor": REACTION,
    "identity.services.publishing.publish_sign_in": REACTION,
    "identity.services.personal_tokens.create_token": OWN,
    "identity.retention.remove_expired_sessions": SYSTEM,
    "identity.services.recovery.change_password": OWN,
    "identity.services.recovery.note_device": SYSTEM,
    "identity.services.recovery.reset_password": OWN,
    "identity.services.recovery.send_reset_link": ANYBODY,
    "accounts.services.people.change_access": STAFF,
    "accounts.services.people.register_person": ANYBODY,
    "identity.services.tokens.carry_over": OWN,
    "identity.services.tokens.issue": OWN,
    "identity.services.linked_accounts.link_account": OWN,
    "identity.services.linked_accounts.unlink_account": OWN,
    "workspaces.services.leaving.end_memberships": REACTION,
    "workspaces.services.leaving.end_membership": STEP,
    "workspaces.services.acceptance.accept_invitation": OWN,
    "workspaces.services.revocation.revoke_invitations_by": REACTION,
    "workspaces.services.revocation.revoke_invitations_to": REACTION,
    "workspaces.services.revocation.revoke_unbacked_invitations": REACTION,
    "workspaces.services.revocation.erase_invitations": REACTION,
    "workspaces.services.quota.count_invitation": STEP,
    "workspaces.services.invitations.revoke": STEP,
    "workspaces.services.joining.move_memberships": REACTION,
    "workspaces.services.limits.count_admission": STEP,
    "tasks.services.limits.count_new_tasks": STEP,
    "workspaces.services.members.make_owner": STEP,
    "workspaces.services.opening.record_opening": REACTION,
    "workspaces.services.opt_out_records.lift_opt_out": OWN,
    "workspaces.services.opt_outs.opt_out": OWN,
    "clerk.services.organizations.close_organization": SYSTEM,
    "clerk.services.organizations.follow_organization": SYSTEM,
    "clerk.services.organizations.add_organization_member": SYSTEM,
    "clerk.services.organizations.remove_organization_member": SYSTEM,
    "workspaces.services.ownership.accept_ownership": OWN,
    "workspaces.services.ownership.decline_ownership": OWN,
    "workspaces.services.ownership.end_offer": STEP,
    "workspaces.rights.acts_as_owner": QUESTION,
    "workspaces.rights.require_ownership": STEP,
    "workspaces.services.workspaces.check_grant": STEP,
    "workspaces.services.workspaces.create_workspace": ANYBODY,
    "workspaces.services.workspaces.personal_workspace": ANYBODY,
    "projects.services.joining.move_project_memberships": REACTION,
    "projects.services.deletion.delete_projects_of": REACTION,
    "projects.services.deletion.restore_projects_of": REACTION,
    "projects.services.locks.locked_for_workflow": STEP,
    "projects.services.locks.locked_project": STEP,
    "projects.services.members.add_members": STEP,
    "projects.services.members.leave_projects": REACTION,
    "tasks.services.columns.check_transition": STEP,
    "tasks.services.locks.locked_on_task": STEP,
    "tasks.services.locks.locked_task": STEP,
    "tasks.services.copies.create_like": STEP,
    "tasks.services.edits.apply": STEP,
    "tasks.services.edits.edit": STEP,
    "tasks.services.edits.permitted_changes": STEP,
    "tasks.services.edits.record_status_changes": STEP,
    "tasks.services.edits.store": STEP,
    "tasks.services.reassignment.hand_over_tasks": REACTION,
    "tasks.services.deletion.release_due_times": REACTION,
    "tasks.api.hits.find_hits": QUESTION,
    "projects.services.mentions.set_mentions": STEP,
    "tasks.services.mentions.mention_people": STEP,
    "tasks.services.mentions.mention_people_elsewhere": STEP,
    "tasks.services.recurrence.make_next_task": REACTION,
    "tasks.services.subtasks.give_subtasks_to_parent": STEP,
    "tasks.services.watchers.end_all_watching": REACTION,
    "tasks.services.column_changes.move_out": REACTION,
    "tasks.services.saved_filters.delete_filters_of": REACTION,
    "tasks.services.saved_filters.delete_private_filters_of": REACTION,
    "tasks.services.column_changes.recategorise": REACTION,
    "attachments.retention.purge_attachments": SYSTEM,
    "attachments.retention.end_unfinished_uploads": SYSTEM,
    "attachments.services.removal.end_uploads_of": REACTION,
    "attachments.services.attachments.set_quarantine": STAFF,
    "attachments.services.transfers.removed_if_refused": STEP,
    "attachments.services.transfers.transfer": STEP,
    "projects.retention.purge_projects": SYSTEM,
    "tasks.retention.purge_tasks": SYSTEM,
    "comments.retention.purge_comments": SYSTEM,
    "comments.services.revisions.keep_revision": STEP,
    "notifications.retention.remove_reminders": SYSTEM,
    "notifications.retention.remove_notifications": SYSTEM,
    "notifications.retention.remove_read_notifications": SYSTEM,
    "notifications.services.assignments.enqueue_assignment_mails": REACTION,
    "notifications.services.assignments.enqueue_handover_mail": REACTION,
    "notifications.services.hearers.following.followers": STEP,
    "notifications.services.hearers.following.readers_among": STEP,
    "notifications.retention.remove_mail_batches": SYSTEM,
    "notifications.services.inbox.erase_inbox": REACTION,
    "notifications.services.inbox.move_inbox": REACTION,
    "notifications.services.preferences.change_preferences": OWN,
    "notifications.services.preferences.choices_of": QUESTION,
    "notifications.services.preferences.erase_preferences": REACTION,
    "notifications.services.preferences.move_preferences": REACTION,
    "notifications.services.schedules.change_schedule": OWN,
    "notifications.services.unsubscribing.undo_unsubscribing": OWN,
    "notifications.services.unsubscribing.unsubscribe": OWN,
    "notifications.services.inbox.has_muted": OWN,
    "notifications.services.inbox.inbox_of": OWN,
    "notifications.services.inbox.mute_task": OWN,
    "notifications.services.inbox.read_all": OWN,
    "notifications.services.invitations.read_invitation": REACTION,
    "notifications.services.invitations.tell_invited": REACTION,
    "notifications.services.inbox.set_read": OWN,
    "notifications.services.inbox.snooze": OWN,
    "notifications.services.inbox.unmute_task": OWN,
    "notifications.services.inbox.wake_snoozed": SYSTEM,
    "notifications.services.telling.tell": STEP,
    "notifications.services.telling.tell_unmuted": STEP,
    "notifications.services.missed_reminders.plan_missed_reminders_of": REACTION,
    "notifications.services.reminders.plan_reminders_of": REACTION,
    "notifications.services.due_reminders.queue_due_reminders": SYSTEM,
    "notifications.services.reminder_choices.choose_lead_times": OWN,
    "realtime.live.inboxes.find_inbox": OWN,
    "realtime.live.inboxes.read_inbox": OWN,
    "webhooks.retention.remove_bodies": SYSTEM,
    "webhooks.services.turns.end_turn": SYSTEM,
    "webhooks.services.turns.note_failure": SYSTEM,
    "webhooks.services.turns.note_success": SYSTEM,
    "realtime.live.reading.read_batch": SYSTEM,
    "realtime.live.reading.read_missed": QUESTION,
    "realtime.live.rooms.check_readable": QUESTION,
    "realtime.live.rooms.find_room": QUESTION,
    "realtime.services.tickets.issue_ticket": OWN,
    "projects.services.mentions.may_read_addresses": QUESTION,
    "tasks.api.list_conditions.list_conditions": QUESTION,
    "tasks.services.hidden.reveal_tasks": STEP,
    "tasks.services.imported_relations.relate_hidden": STEP,
    "tasks.services.imported_relations.tell_relations": STEP,
    "comments.services.imported.add_imported_comments": STEP,
    "jobs.retention.remove_jobs": SYSTEM,
    "jobs.services.functions.requests.replay_run": STAFF,
    "jobs.services.functions.requests.request_run": STAFF,
    "jobs.services.submission.cancel_job": OWN,
    "jobs.services.submission.retry_job": OWN,
    "jobs.services.submission.submit_job": OWN,
    "jobs.services.telling.tell_owner": REACTION,
    "jobs.services.time_limits.stopped_if_it_hangs": STEP,
    "jobs.services.turns.claim_next": SYSTEM,
    "jobs.services.turns.due_jobs": SYSTEM,
    "jobs.services.turns.is_another_waiting": SYSTEM,
    "exports.services.making.check_export": STEP,
    "imports.retention.remove_import_rows": SYSTEM,
    "imports.services.previews.preview_import": OWN,
    "imports.services.whole_jobs.check_file": STEP,
    "imports.services.whole_workspaces.check_target": STEP,
    "realtime.live.job_progress.read_jobs": OWN,
    "calendars.services.feeds.add_feed": OWN,
    "calendars.services.feeds.revoke_feed": OWN,
    "calendars.services.feeds.rotate_feed": OWN,
    "calendars.services.feeds.delete_feeds_of": REACTION,
    "calendars.services.reading.read_feed": QUESTION,
    "reports.services.due_reports.submit_due_reports": SYSTEM,
    "reports.services.numbers.read_report": QUESTION,
    "reports.services.schedules.delete_schedules_of": REACTION,
    "reports.services.schedules.replan_schedules_of": REACTION,
    "imports.services.files.delete_import_file": OWN,
    "imports.services.files.open_import_file": OWN,
    "imports.services.files.remove_files_of": REACTION,
    "imports.retention.remove_import_files": SYSTEM,
    "imports.retention.end_unfinished_import_files": SYSTEM,
}
"""Services that do not refuse a person for want of a right, and why. Any other has to."""


def services() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function that says who acts, or that is a transaction."""
    for app in APPS:
        for module in walk_packages(import_module(app).__path__, f"{app}."):
            if not any(part in module.name for part in OUTSIDE):
                yield from _services_of(module.name)


def _services_of(module: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, value in inspect.getmembers(import_module(module), inspect.isfunction):
        says_who = "actor" in inspect.signature(value).parameters
        is_wrapped = hasattr(value, "__wrapped__")  # by transaction.atomic, or as_system
        is_public = value.__module__ == module and not name.startswith("_")
        if is_public and (says_who or is_wrapped):
            yield f"{module}.{name}", value


SERVICES = dict(services())
REFUSING = {name: value for name, value in SERVICES.items() if name not in ASKED_OTHERWISE}


def arguments(service: Callable[..., Any], cast: Cast, comment: Comment) -> dict[str, Any]:
    """Something fitting for every parameter that has to be given."""
    known: dict[str, Any] = {
        "workspace": cast.workspace,
        "project": cast.project,
        "task": comment.task,
        "tasks": [comment.task],
        "comment": comment,
        "other": Task.objects.exclude(pk=comment.task_id).get(),
        "relation": Relation.objects.get(),
        "kind": RelatedAs.RELATES_TO,
        "attachment": Attachment.objects.get(),
        "event": Event.objects.get(entity_id=comment.task_id, action="created"),
        "upload": Upload("plan.txt", size=1),
        "label": Label.objects.get(),
        "labels": [],
        "membership": Membership.objects.get(workspace=cast.workspace, user=cast.max),
        "invitation": Invitation.objects.get(),
        "person": cast.max,
        "token": PersonalToken.objects.get(),
        "status": comment.task.status,
        "column": comment.task.status,
        "order": [comment.task.status],
        "moves": [],
        "saved_filter": SavedFilter.objects.get(),
        "webhook": Webhook.objects.get(),
        "feed": CalendarFeed.objects.get(),
        "schedule": ReportSchedule.objects.get(),
        "file": ImportFile.objects.get(),
        "file_name": "plan.csv",
        "size": 3,
        "options": {},
        "ids": [],
        "after": 0,
        "through": 1,
        "place": Place(),
        "wanted": [Change(task=comment.task)],
        "changes": {},
        "parameters": {},
        "email": "sam@example.com",
    }
    parameters = inspect.signature(service).parameters.values()
    needed = [p.name for p in parameters if p.default is p.empty and p.kind is p.KEYWORD_ONLY]
    texts = {"role": "MEMBER", "content": "New", "name": "New", "emoji": "🎉"}
    unknown = {*needed} - {"actor", *known, *texts}
    assert not unknown, (
        f"{unknown}: make one, a fixture before `unchanged`, and enter it in `known`"
    )
    return {name: {**known, **texts}[name] for name in needed if name != "actor"}


def test_the_services_are_found() -> None:
    assert len(REFUSING) >= 25
    names = {name.rpartition(".")[2] for name in REFUSING}
    assert {"update_workspace", "create_project", "set_project_role"} <= names
    assert {"restore_project", "transition_task", "add_comment"} <= names
    assert {"change_profile", "delete_person", "revoke_token", "accept_own_invitation"} <= names


def test_every_exception_is_a_service() -> None:
    assert ASKED_OTHERWISE.keys() - SERVICES.keys() == set()


def test_every_service_is_a_transaction() -> None:
    bare = [name for name, service in REFUSING.items() if not hasattr(service, "__wrapped__")]
    assert not bare, f"{bare}: decorate it with transaction.atomic"


@pytest.fixture
def invitation(cast: Cast) -> Invitation:
    return invite(cast)


@pytest.fixture
def token(cast: Cast) -> PersonalToken:
    return create_token(actor=by(cast.max), name="CI", scopes=["read"])[0]


@pytest.fixture
def relation(cast: Cast, comment: Comment) -> Relation:
    [other] = some_tasks(cast, 1)
    return add_relation(
        actor=by(cast.max), task=comment.task, other=other, kind=RelatedAs.BLOCKED_BY
    )


@pytest.fixture
def saved_filter(cast: Cast) -> SavedFilter:
    """Of a project that Gus, who is asking, may not read."""
    return save_filter(actor=by(cast.lea), project=cast.project, name="Mine", parameters={})


@pytest.fixture
def webhook(cast: Cast) -> Webhook:
    return hook_to(cast, "https://hooks.example.com/").webhook


@pytest.fixture
def feed(cast: Cast) -> CalendarFeed:
    return add_feed(actor=by(cast.max))[0]


@pytest.fixture
def schedule(cast: Cast) -> ReportSchedule:
    return add_schedule(actor=by(cast.max), workspace=cast.workspace, what="burndown")


@pytest.fixture
def attachment(comment: Comment) -> Attachment:
    return AttachmentFactory.create(task=comment.task, uploaded_by=comment.author)


@pytest.fixture
def import_file(cast: Cast) -> ImportFile:
    return begin_import_file(
        actor=by(cast.max), workspace=cast.workspace, file_name="plan.csv", size=3
    )


@pytest.fixture
def label(cast: Cast) -> Label:
    return add_label(actor=by(cast.lea), project=cast.project, name="Red")


@pytest.mark.parametrize("service", REFUSING.values(), ids=list(REFUSING))
@pytest.mark.usefixtures(
    *("invitation", "token", "label", "relation", "saved_filter", "attachment", "webhook"),
    *("feed", "schedule"),
    "import_file",
    "unchanged",
)
def test_a_service_refuses_who_may_not(
    cast: Cast, comment: Comment, service: Callable[..., Any]
) -> None:
    for person in (UserFactory.create(), cast.sam, cast.gus):
        with pytest.raises(Forbidden) as refusal:
            service(actor=by(person), **arguments(service, cast, comment))
        assert {"required", "you_have"} <= refusal.value.facts.keys(), person
