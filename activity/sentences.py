"""Plain English for events, from one table: plain text, in which names are not escaped.

`{actor}`, `{task}`, `{project}`, `{person}` and `{title}` (of the row) are names; `{fields}` are
what changed; `{status.old}` and `{status.new}` are the values of a changed field in words.
`{taker}` is the actor who was given, or joined, something by themselves, `{leaver}` one who gave it
up. The first template is used whose names are all known to the reader.
"""

from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Any

Templates = tuple[str, ...]

SENTENCES: dict[tuple[str, str], Templates] = {
    ("person", "registered"): ("{person} registered",),
    ("person", "updated"): (
        "{taker} changed their profile",
        "{actor} changed the profile of {person}",
    ),
    ("person", "access_changed"): ("{actor} changed what {person} may do",),
    ("person", "account_linked"): ("{person} can sign in with another account",),
    ("person", "account_unlinked"): ("{person} can no longer sign in with another account",),
    ("person", "enrolment_approved"): ("{actor} let {person} set up a second factor",),
    ("person", "deleted"): ("The account of a person was deleted",),
    ("person", "linked"): ("{person} was recognised at an identity provider",),
    ("person", "joined"): ("Two accounts of {person} became one",),
    ("person", "kept_apart"): ("{actor} kept two accounts with one address apart",),
    ("person", "token_created"): ("{actor} created a personal token",),
    ("person", "token_revoked"): ("{actor} revoked a personal token",),
    ("delivery", "resent"): ("{actor} had a mail sent again",),
    ("delivery", "cancelled"): ("{actor} cancelled a mail before it was sent",),
    ("workspace", "created"): ("{actor} created the workspace",),
    ("workspace", "updated"): ("{actor} changed {fields} of the workspace",),
    ("workspace", "deleted"): ("{actor} deleted the workspace",),
    ("workspace", "restored"): ("{actor} restored the workspace",),
    ("workspace", "owner_changed"): (
        "{owner.new} became the owner of the workspace",
        "The workspace has no owner any more",
    ),
    ("workspace", "ownership_offered"): (
        "{actor} offered {offered_to.new} to own the workspace",
        "{actor} offered the workspace to somebody",
    ),
    ("workspace", "ownership_declined"): ("{actor} declined to own the workspace",),
    ("workspace", "ownership_withdrawn"): ("{actor} withdrew the offer to own the workspace",),
    ("workspace", "member_removed"): (
        "{leaver} left the workspace",
        "{actor} removed {member.old} from the workspace",
    ),
    ("membership", "added"): (
        "{taker} joined {project} as {role.new}",
        "{taker} joined as {role.new}",
        "{actor} added {person} to {project} as {role.new}",
        "{actor} added {person} as {role.new}",
        "{actor} added a member",
    ),
    ("membership", "role_changed"): (
        "{actor} changed the role of {person} in {project} from {role.old} to {role.new}",
        "{actor} changed the role of {person} from {role.old} to {role.new}",
    ),
    ("opt_out", "opted_out"): ("Somebody opted out of mail from the workspace",),
    ("opt_out", "lifted"): ("{actor} lifted an opt-out of mail from the workspace",),
    ("invitation", "invited"): ("{actor} invited somebody as {role.new}",),
    ("invitation", "resent"): ("{actor} sent an invitation again",),
    ("invitation", "revoked"): ("{actor} revoked an invitation",),
    ("invitation", "accepted"): ("{actor} accepted an invitation",),
    ("webhook", "added"): ("{actor} added a webhook",),
    ("webhook", "updated"): ("{actor} changed {fields} of a webhook", "{actor} changed a webhook"),
    ("webhook", "secret_rotated"): ("{actor} gave a webhook a new secret",),
    ("webhook", "disabled"): ("A webhook was disabled because it takes nothing",),
    ("webhook", "deleted"): ("{actor} deleted a webhook",),
    ("project", "created"): ("{actor} created {project}", "{actor} created a project"),
    ("project", "updated"): ("{actor} changed {fields} of {project}",),
    ("project", "lead_changed"): (
        "{team_lead.new} became the lead of {project}",
        "{project} has no lead any more",
    ),
    ("column", "added"): (
        "{actor} added the column {title} to {project}",
        "{actor} added a column to {project}",
    ),
    ("column", "updated"): (
        "{actor} changed {fields} of the column {title} of {project}",
        "{actor} changed a column of {project}",
    ),
    ("column", "deleted"): ("{actor} deleted the column {key.old} of {project}",),
    ("project", "columns_reordered"): ("{actor} put the columns of {project} into another order",),
    ("project", "transitions_changed"): (
        "{actor} changed between which columns of {project} tasks move",
    ),
    ("project", "archived"): ("{actor} archived {project}",),
    ("project", "unarchived"): ("{actor} unarchived {project}",),
    ("project", "deleted"): ("{actor} deleted {project}", "{actor} deleted a project"),
    ("project", "restored"): ("{actor} restored {project}",),
    ("project", "purged"): ("The texts of a deleted project were erased",),
    ("project", "member_removed"): (
        "{leaver} left {project}",
        "{actor} removed {member.old} from {project}",
    ),
    ("task", "created"): ("{actor} created {task}",),
    ("task", "updated"): ("{actor} changed {fields} of {task}", "{actor} changed {task}"),
    ("task", "assigned"): (
        "{taker} took {task}",
        "{actor} assigned {task} to {assignee.new}",
        "{leaver} gave {task} back",
        "{actor} took {task} from {assignee.old}",
        "{actor} changed who {task} is assigned to",
    ),
    ("task", "status_changed"): (
        "{actor} moved {task} from {status.old} to {status.new}",
        "{actor} moved {task} to another column",
    ),
    ("task", "related"): (
        "{actor} noted that {task} blocks {blocks.new}",
        "{actor} noted that {task} is blocked by {blocked_by.new}",
        "{actor} noted that {task} duplicates {duplicates.new}",
        "{actor} noted that {task} is duplicated by {duplicated_by.new}",
        "{actor} related {task} to {relates_to.new}",
        "{actor} related {task} to another task",
    ),
    ("task", "unrelated"): (
        "{actor} noted that {task} no longer blocks {blocks.old}",
        "{actor} noted that {task} is no longer blocked by {blocked_by.old}",
        "{actor} noted that {task} no longer duplicates {duplicates.old}",
        "{actor} noted that {task} is no longer duplicated by {duplicated_by.old}",
        "{actor} no longer relates {task} to {relates_to.old}",
        "{actor} no longer relates {task} to another task",
    ),
    ("task", "moved"): ("{actor} moved {task} within its column",),
    ("task", "transferred"): (
        "{actor} moved {task} to the project {project}",
        "{actor} moved a task to another project",
    ),
    ("task", "watched"): (
        "{taker} follows {task}",
        "{actor} let {watcher.new} follow {task}",
        "Somebody follows {task}",
    ),
    ("task", "unwatched"): (
        "{leaver} no longer follows {task}",
        "{actor} let {watcher.old} no longer follow {task}",
        "Somebody no longer follows {task}",
    ),
    ("label", "added"): (
        "{actor} added the label {title} to {project}",
        "{actor} added a label to {project}",
    ),
    ("label", "updated"): (
        "{actor} changed {fields} of the label {title}",
        "{actor} changed a label of {project}",
    ),
    ("label", "deleted"): ("{actor} deleted a label of {project}",),
    ("task", "deleted"): ("{actor} deleted {task}",),
    ("task", "restored"): ("{actor} restored {task}",),
    ("task", "purged"): ("The texts of {task} were erased",),
    ("saved_filter", "added"): (
        "{actor} saved the filter {title} in {project}",
        "{actor} saved a filter in {project}",
    ),
    ("saved_filter", "updated"): (
        "{actor} changed the filter {title} in {project}",
        "{actor} changed a filter in {project}",
    ),
    ("saved_filter", "deleted"): ("{actor} deleted a filter of {project}",),
    ("comment", "commented"): ("{actor} commented on {task}",),
    ("comment", "updated"): ("{actor} edited a comment on {task}",),
    ("comment", "deleted"): ("{actor} deleted a comment on {task}",),
    ("comment", "restored"): ("{actor} restored a comment on {task}",),
    ("comment", "purged"): ("The text of a deleted comment on {task} was erased",),
    ("comment", "reacted"): ("{actor} reacted with {reaction.new} to a comment on {task}",),
    ("comment", "reaction_removed"): ("{actor} took {reaction.old} back from a comment on {task}",),
    ("attachment", "attached"): (
        "{actor} attached {title} to {task}",
        "{actor} attached a file to {task}",
    ),
    ("attachment", "thumbnail_made"): (
        "{title} on {task} has a thumbnail",
        "A file on {task} got a thumbnail",
    ),
    ("attachment", "quarantine_changed"): (
        "{actor} changed whether {title} on {task} can be read",
        "{actor} changed whether a file on {task} can be read",
    ),
    ("attachment", "deleted"): ("{actor} removed a file from {task}",),
    ("attachment", "restored"): (
        "{actor} restored {title} on {task}",
        "{actor} restored a file on {task}",
    ),
    ("attachment", "purged"): ("A file that was removed from {task} was erased",),
}
"""By entity and action, as `activity.receivers.LOGGED` has them."""
FIELDS = {
    "estimate_minutes": "estimate",
    "repeat_every": "recurrence",
    "repeat_unit": "recurrence",
    "wip_limit": "WIP limit",
}
"""Fields that are called otherwise than their columns."""


def sentence(entity: str, action: str, facts: Mapping[str, Any]) -> str:
    """The sentence for an event; a general one if no template can be filled with the facts."""
    for template in SENTENCES.get((entity, action), ()):
        filled = _filled(template, facts)
        if filled is not None:
            return filled
    words = f"{entity} {action}".replace("_", " ")
    return f"{facts['actor']}: {words}"


def _filled(template: str, facts: Mapping[str, Any]) -> str | None:
    """The template with these facts; None if one of its facts is empty or missing."""
    words = []
    for text, name, side in _parts(template):
        words.append(text)
        if name:
            fact = facts.get(name)
            value = getattr(fact, side, None) if side else fact
            if not value:
                return None
            words.append(str(value))
    return "".join(words)


@cache
def _parts(template: str) -> tuple[tuple[str, str, str], ...]:
    """Each text with the fact that follows it, and the side of a change, such as `old`, or ""."""
    parsed = Formatter().parse(template)
    return tuple((text, *(name or "").partition(".")[::2]) for text, name, *_ in parsed)
