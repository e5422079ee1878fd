"""Reacting to a comment with an emoji. The comment keeps its version: nobody's edit fails by it."""

from django.db import transaction

from comments.events import ReactionAdded, ReactionRemoved
from comments.models import Comment, Emoji, Reaction
from core.actor import Actor
from core.errors import Invalid
from core.events import publish
from core.queries import insert
from tasks.rights import CREATE_COMMENT
from tasks.services.locks import locked_on_task

VARIATION = "\ufe0f"
"""May follow an emoji, and says that it is shown in colour."""
PLAIN = {emoji.value.replace(VARIATION, ""): emoji for emoji in Emoji}
LONGEST = 8


class UnknownEmoji(Invalid):
    message = f"One of: {' '.join(Emoji.values)}."


@transaction.atomic
def add_reaction(*, actor: Actor, comment: Comment, emoji: str) -> Comment:
    """React to a comment; the same reaction again changes nothing."""
    known = _known(emoji)
    comment = locked_on_task(CREATE_COMMENT, comment, actor)
    theirs = {"comment": comment, "user": actor.person, "emoji": known}
    if not Reaction.objects.filter(**theirs).exists():
        insert(Reaction(workspace_id=comment.workspace_id, **theirs))
        changes = {"reaction": {"old": None, "new": known}}
        publish(ReactionAdded(actor=actor, comment=comment, changes=changes))
    return comment


@transaction.atomic
def remove_reaction(*, actor: Actor, comment: Comment, emoji: str) -> Comment:
    """Take one's reaction back; without one, nothing changes."""
    known = _known(emoji)
    comment = locked_on_task(CREATE_COMMENT, comment, actor)
    theirs = Reaction.objects.filter(comment=comment, user=actor.person, emoji=known)
    if theirs.delete()[0]:
        changes = {"reaction": {"old": known, "new": None}}
        publish(ReactionRemoved(actor=actor, comment=comment, changes=changes))
    return comment


def _known(emoji: str) -> str:
    """The emoji as it is stored, with or without a VARIATION."""
    found = PLAIN.get(emoji.replace(VARIATION, "")) if len(emoji) <= LONGEST else None
    if found is None:
        raise UnknownEmoji(errors={"emoji": [UnknownEmoji.message]})
    return found.value
