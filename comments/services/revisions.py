"""Keeping the texts of edited comments, and erasing them."""

from collections.abc import Sequence

from django.db.models import Q

from accounts.models import User
from comments.models import Comment, Mention, Reaction, Revision
from core.actor import Actor
from core.queries import insert


def keep_revision(*, actor: Actor, comment: Comment, former: str) -> None:
    """Keep the text of a comment that is being edited, and before the first edit the former one."""
    place = {"workspace_id": comment.workspace_id, "comment": comment}
    now = Revision(**place, author=actor.user, content=comment.content)
    rows = [now]
    if not Revision.objects.filter(comment=comment).exists():
        first = {"author_id": comment.author_id, "created_at": comment.created_at}
        rows = [Revision(**place, **first, content=former), now]
    insert(*rows)


def erase_revisions_of(*, comments: Sequence[Comment]) -> None:
    """Erase the texts of purged comments; whom they mentioned and who reacted is removed."""
    _erase(Q(comment__in=comments))
    for model in (Mention, Reaction):
        model.objects.filter(comment__in=comments).delete()


def erase_revisions_by(*, person: User) -> None:
    """Erase the texts that the person wrote, and those of their comments by whomever."""
    _erase(Q(author=person) | Q(comment__in=Comment.objects.filter(author=person)))


def _erase(rows: Q) -> None:
    Revision.objects.filter(rows).exclude(content="").update(content="")
