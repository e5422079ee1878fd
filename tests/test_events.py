"""Who hears of which event, by name: `app.function` stands for `app.receivers.function`."""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from activity.receivers import LOGGED
from core.events import Event, subscribers

HEARD = """
accounts.AccessChanged               activity.log
                                     notifications.remind_who_may_sign_in_again
accounts.AccountsKeptApart           activity.log
accounts.PersonDeleted               activity.log
                                     activity.erase_their_words
                                     clerk.delete_matches
                                     identity.end_access_of_the_deleted
                                     tasks.release_the_times_they_set
                                     workspaces.end_their_memberships
                                     workspaces.forget_what_was_sent_to_them
accounts.PersonJoined                activity.log
                                     projects.give_them_the_places
                                     workspaces.give_them_the_memberships
accounts.PersonLinked                activity.log
accounts.PersonRegistered            activity.log
accounts.ProfileChanged              activity.log
                                     notifications.follow_the_clock

comments.CommentAdded                activity.log
comments.CommentDeleted              activity.log
comments.CommentEdited               activity.log
comments.CommentPurged               activity.log
                                     activity.erase_texts_of_comments
comments.CommentRestored             activity.log

core.WorkspaceOpened                 workspaces.note_that_they_came

identity.AccountLinked               activity.log
                                     identity.tell_of_a_new_way_in
identity.AccountUnlinked             activity.log
                                     identity.tell_of_a_way_less
identity.EnrolmentApproved           activity.log
                                     identity.tell_of_the_approval
identity.PasswordChanged             identity.end_keys_of_an_intruder
                                     identity.tell_the_owner
identity.PersonalTokenCreated        activity.log
identity.PersonalTokenRevoked        activity.log

outbox.DeliveryResent                activity.log

projects.ProjectArchived             activity.log
projects.ProjectCreated              activity.log
projects.ProjectDeleted              activity.log
projects.ProjectLeadChanged          activity.log
projects.ProjectMemberAdded          activity.log
projects.ProjectMemberRemoved        activity.log
projects.ProjectPurged               activity.log
                                     activity.erase_texts_of_projects
projects.ProjectRestored             activity.log
                                     notifications.remind_of_what_came_due_while_deleted
projects.ProjectRoleChanged          activity.log
projects.ProjectUnarchived           activity.log
                                     notifications.remind_of_what_came_due_in_the_archive
projects.ProjectUpdated              activity.log
projects.ProjectsLeft                tasks.hand_over_their_tasks

tasks.DueTimesReleased               notifications.follow_the_clocks_of_the_assignees
tasks.TaskAssigned                   activity.log
                                     notifications.remind_the_assignees
                                     notifications.tell_the_assignee
tasks.TaskCreated                    activity.log
tasks.TaskDeleted                    activity.log
                                     notifications.cancel_reminders
tasks.TaskPurged                     activity.log
                                     activity.erase_texts_of_tasks
tasks.TaskRestored                   activity.log
                                     notifications.remember_the_task
tasks.TaskTransitioned               activity.log
                                     notifications.follow_the_work
tasks.TaskUpdated                    activity.log
                                     notifications.follow_the_due_date
tasks.TasksHandedOver                notifications.tell_the_successor

workspaces.InvitationAccepted        activity.log
workspaces.InvitationResent          activity.log
workspaces.InvitationRevoked         activity.log
workspaces.MemberAdded               activity.log
                                     workspaces.end_what_they_no_longer_need
workspaces.MemberRemoved             activity.log
                                     clerk.keep_who_was_removed
                                     projects.end_their_places
                                     workspaces.end_an_offer_to_them
                                     workspaces.end_what_they_leave_behind
workspaces.MemberRoleChanged         activity.log
                                     workspaces.end_what_they_may_no_longer_offer
workspaces.OptOutLifted              activity.log
workspaces.OptedOut                  activity.log
workspaces.OwnerChanged              activity.log
                                     workspaces.end_an_offer_of_the_former_owner
workspaces.OwnershipDeclined         activity.log
workspaces.OwnershipOffered          activity.log
workspaces.OwnershipWithdrawn        activity.log
workspaces.PersonInvited             activity.log
workspaces.WorkspaceCreated          activity.log
workspaces.WorkspaceDeleted          activity.log
                                     projects.delete_its_projects
workspaces.WorkspaceRestored         activity.log
                                     projects.restore_its_projects
workspaces.WorkspaceUpdated          activity.log
"""
"""An event, and under each other all who hear it; `activity.log` writes the line of `LOGGED`."""
UNLOGGED = {
    "core.WorkspaceOpened": "asked once per person; the membership keeps the moment",
    "identity.PasswordChanged": "belongs to no workspace; its owner is told by mail",
    "projects.ProjectsLeft": "follows MemberRemoved and ProjectMemberRemoved, which are logged",
    "tasks.DueTimesReleased": "follows PersonDeleted, which is logged",
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
    return f"{app}.{'log' if name.startswith('_recorder.') else name}"


def test_every_event_has_the_subscribers_it_is_said_to_have() -> None:
    told = {name: {name_of(one) for one in subscribers(event)} for name, event in EVENTS.items()}
    assert told == named() | {name: set() for name in UNHEARD}


def test_every_event_is_logged_or_said_why_not() -> None:
    assert {name for name, event in EVENTS.items() if event not in LOGGED} == set(UNLOGGED)


@pytest.mark.parametrize("name", sorted({*UNLOGGED, *UNHEARD}))
def test_a_reason_is_of_an_event_there_is(name: str) -> None:
    assert name in EVENTS
