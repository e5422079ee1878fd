"""Undoing what was done to comments and attachments."""

from activity.services.undo.changes import Undo
from attachments.models import Attachment
from attachments.rights import DELETE_ATTACHMENT
from attachments.services.attachments import delete_attachment, restore_attachment
from comments.models import Comment
from comments.rights import DELETE_COMMENT, UPDATE_COMMENT
from comments.services.comments import delete_comment, edit_comment, restore_comment
from comments.services.reactions import add_reaction, remove_reaction
from core.errors import Forbidden
from tasks.rights import CREATE_COMMENT

OWN_REACTION = "reaction:own"
"""What a refusal says is required to take back, or to give again, a reaction."""


def put_back_text(undo: Undo) -> None:
    comment: Comment = undo.row(Comment, UPDATE_COMMENT)
    text = undo.former(comment)["content"]
    version = undo.unchanged(comment)
    edit_comment(actor=undo.actor, comment=comment, content=text, version=version)


def delete(undo: Undo) -> None:
    delete_comment(actor=undo.actor, comment=undo.row(Comment, DELETE_COMMENT))


def restore(undo: Undo) -> None:
    restore_comment(actor=undo.actor, comment=undo.row(Comment, DELETE_COMMENT))


def take_reaction_back(undo: Undo) -> None:
    comment, emoji = _own_reaction(undo), undo.event.changes["reaction"]["new"]
    remove_reaction(actor=undo.actor, comment=comment, emoji=emoji)


def react_again(undo: Undo) -> None:
    comment, emoji = _own_reaction(undo), undo.event.changes["reaction"]["old"]
    add_reaction(actor=undo.actor, comment=comment, emoji=emoji)


def delete_file(undo: Undo) -> None:
    delete_attachment(actor=undo.actor, attachment=undo.row(Attachment, DELETE_ATTACHMENT))


def restore_file(undo: Undo) -> None:
    restore_attachment(actor=undo.actor, attachment=undo.row(Attachment, DELETE_ATTACHMENT))


def _own_reaction(undo: Undo) -> Comment:
    """The comment; Forbidden if it was somebody else who reacted, for whom nobody can."""
    comment: Comment = undo.row(Comment, CREATE_COMMENT)
    if not undo.actor.is_person(undo.event.actor_id):
        roles = comment.standing_of(undo.actor).roles
        raise Forbidden(required=OWN_REACTION, you_have=roles)
    return comment
