"""What people do to the same comment at the same moment."""

from functools import partial
from typing import Any

import pytest

from activity.models import Event
from comments.models import Comment, Emoji, Reaction, Revision
from comments.services.comments import add_comment, delete_comment, edit_comment
from comments.services.reactions import add_reaction, remove_reaction
from tasks.services.tasks import delete_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.threads import at_once, succeeds, times

pytestmark = pytest.mark.usefixtures("committed_db")


def test_fifty_reactions_at_once(cast: Cast, comment: Comment) -> None:
    """Of five people, with five emoji, each added and taken back."""
    people = [cast.moe, cast.max, cast.lea, cast.pia, cast.ada]

    def react(number: int) -> Any:
        change = add_reaction if number % 2 else remove_reaction
        person, emoji = people[number // 2 % 5], Emoji.values[number // 10]
        return change(actor=by(person), comment=comment, emoji=emoji)

    times(50, react)
    logged = Event.objects.filter(action__in=("reacted", "reaction_removed"))
    assert logged.filter(action="reacted").count() == 25
    removed = logged.filter(action="reaction_removed").count()
    assert Reaction.objects.count() == 25 - removed
    assert Comment.objects.get().version == 1


def test_a_reply_while_its_comment_is_deleted(cast: Cast, comment: Comment) -> None:
    reply = partial(
        succeeds, add_comment, actor=by(cast.moe), task=comment.task, content="Why?", parent=comment
    )
    delete = partial(succeeds, delete_comment, actor=by(cast.max), comment=comment)
    *replied, deleted = at_once(reply, reply, reply, delete)
    assert deleted
    assert Comment.objects.alive().filter(parent=comment).count() == sum(replied)
    assert not reply()


def test_a_comment_while_its_task_is_deleted(cast: Cast, comment: Comment) -> None:
    say = partial(succeeds, add_comment, actor=by(cast.moe), task=comment.task, content="Why?")
    delete = partial(succeeds, delete_task, actor=by(cast.lea), task=comment.task)
    *said, deleted = at_once(say, say, say, delete)
    assert deleted
    assert Comment.objects.count() == 1 + sum(said)
    assert not say()


def test_edits_and_a_deletion_at_once(cast: Cast, comment: Comment) -> None:
    known = {"actor": by(cast.max), "comment": comment}
    edits = [partial(succeeds, edit_comment, **known, content=f"Text {n}") for n in range(9)]
    *edited_once, deleted = at_once(*edits, partial(succeeds, delete_comment, **known))
    assert deleted
    edited = sum(edited_once)
    comment.refresh_from_db()
    assert comment.version == 2 + edited
    assert Revision.objects.count() == (edited + 1 if edited else 0)
    last = Revision.objects.order_by("created_at", "pk").last()
    assert comment.content == (last.content if last else "On it")
