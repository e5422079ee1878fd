"""For each kind of event that is logged how it is undone, or why it is not.

A way calls services, with the person who undoes as the actor: they ask for the rights and keep the
rules of now. What a service does besides, such as the next task of one that repeats, stays.
"""

from collections.abc import Callable

from activity.models import Event
from activity.services.undo import comments, projects, tasks, workspaces
from activity.services.undo.changes import Undo
from activity.services.undo.refusals import NotUndoable

Kind = tuple[str, str]
"""The entity and the action."""
Way = Callable[[Undo], None]

OF_CHANGES: dict[Kind, Way] = {
    ("workspace", "updated"): workspaces.put_back_fields,
    ("project", "updated"): projects.put_back_fields,
    ("project", "columns_reordered"): projects.put_back_order,
    ("project", "transitions_changed"): projects.put_back_transitions,
    ("column", "updated"): projects.put_back_column,
    ("label", "updated"): projects.put_back_label,
    ("saved_filter", "updated"): projects.put_back_filter,
    ("task", "updated"): tasks.put_back_fields,
    ("task", "assigned"): tasks.put_back_fields,
    ("task", "status_changed"): tasks.put_back_column,
    ("task", "moved"): tasks.put_back_place,
    ("task", "transferred"): tasks.put_back_project,
    ("task", "related"): tasks.unrelate,
    ("task", "unrelated"): tasks.relate,
    ("task", "watched"): tasks.unwatch,
    ("task", "unwatched"): tasks.watch,
    ("comment", "updated"): comments.put_back_text,
    ("comment", "reacted"): comments.take_reaction_back,
    ("comment", "reaction_removed"): comments.react_again,
}
"""Ways by the values of an event, which not every event has: those of private rows are not told."""
OF_ROWS: dict[Kind, Way] = {
    ("workspace", "deleted"): workspaces.restore,
    ("workspace", "restored"): workspaces.delete,
    ("project", "archived"): projects.unarchive,
    ("project", "unarchived"): projects.archive,
    ("project", "deleted"): projects.restore,
    ("project", "restored"): projects.delete,
    ("column", "added"): projects.remove_column,
    ("label", "added"): projects.remove_label,
    ("saved_filter", "added"): projects.remove_filter,
    ("task", "created"): tasks.delete,
    ("task", "deleted"): tasks.restore,
    ("task", "restored"): tasks.delete,
    ("comment", "commented"): comments.delete,
    ("comment", "deleted"): comments.restore,
    ("comment", "restored"): comments.delete,
    ("attachment", "attached"): comments.delete_file,
    ("attachment", "deleted"): comments.restore_file,
    ("attachment", "restored"): comments.delete_file,
}
"""Ways by whether the row is there."""

TOLD_ONLY = ("key",)
"""Changes that follow from others, such as the key of a task from its project."""

ACCOUNT = "Accounts, and how people sign in, are not undone."
MAIL = "A mail that was sent cannot be taken back."
WEBHOOKS = "Settings of webhooks are not undone: change the webhook."
ROLES = "Who belongs to what, and as what, is not undone: change the membership."
OWNER = "Who owns or leads is not undone: it takes the consent of the person."
ERASED = "What was erased cannot come back."
NOT_KEPT = "The log does not hold all that was deleted."
BEGINNING = "It may hold too much by now: delete it instead."
MACHINE = "The server, or its staff, decided this."

NOT_UNDOABLE: dict[Kind, str] = {
    **dict.fromkeys(
        [
            ("person", action)
            for action in (
                *("registered", "updated", "access_changed", "account_linked", "deleted"),
                *("account_unlinked", "enrolment_approved", "linked", "joined", "kept_apart"),
                *("token_created", "token_revoked"),
            )
        ],
        ACCOUNT,
    ),
    ("delivery", "resent"): MAIL,
    ("delivery", "cancelled"): MAIL,
    **dict.fromkeys(
        [
            ("webhook", action)
            for action in ("added", "updated", "secret_rotated", "disabled", "deleted")
        ],
        WEBHOOKS,
    ),
    ("opt_out", "opted_out"): MAIL,
    ("opt_out", "lifted"): MAIL,
    ("invitation", "invited"): MAIL,
    ("invitation", "resent"): MAIL,
    ("invitation", "revoked"): MAIL,
    ("invitation", "accepted"): ROLES,
    ("membership", "added"): ROLES,
    ("membership", "role_changed"): ROLES,
    ("workspace", "member_removed"): ROLES,
    ("project", "member_removed"): ROLES,
    ("workspace", "owner_changed"): OWNER,
    ("workspace", "ownership_offered"): OWNER,
    ("workspace", "ownership_declined"): OWNER,
    ("workspace", "ownership_withdrawn"): OWNER,
    ("project", "lead_changed"): OWNER,
    ("workspace", "created"): BEGINNING,
    ("project", "created"): BEGINNING,
    ("project", "purged"): ERASED,
    ("task", "purged"): ERASED,
    ("comment", "purged"): ERASED,
    ("attachment", "purged"): ERASED,
    ("column", "deleted"): NOT_KEPT,
    ("label", "deleted"): NOT_KEPT,
    ("saved_filter", "deleted"): NOT_KEPT,
    ("attachment", "thumbnail_made"): MACHINE,
    ("attachment", "quarantine_changed"): MACHINE,
}
"""Why other events are not undone: the message of the refusal."""


def way_of(event: Event) -> tuple[Way, list[str]]:
    """How the event is undone, with the fields to put back; NotUndoable says why it is not."""
    kind = (event.entity, event.action)
    if kind in OF_CHANGES and event.changes:
        return OF_CHANGES[kind], [name for name in event.changes if name not in TOLD_ONLY]
    if kind in OF_ROWS:
        return OF_ROWS[kind], []
    raise NotUndoable(NOT_UNDOABLE.get(kind, ""))


def is_undoable(event: Event) -> bool:
    """Whether there is a way, whoever asks and whatever has happened since."""
    kind = (event.entity, event.action)
    return kind in OF_ROWS or (kind in OF_CHANGES and bool(event.changes))
