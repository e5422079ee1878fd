"""Undoing what was done to comments and attachments."""

import pytest

from activity.models import TextChange
from attachments.events import AttachmentAdded, AttachmentIllustrated
from attachments.models import Attachment
from attachments.services.attachments import delete_attachment
from comments.models import Comment
from comments.services.comments import delete_comment, edit_comment
from comments.services.reactions import add_reaction
from core.events import publish
from tests.activity.undoing import newest, refusal, superseding, undo, undone
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.factories import AttachmentFactory


@pytest.fixture
def attachment(cast: Cast, comment: Comment) -> Attachment:
    """A file of Max's, whose upload is logged."""
    file: Attachment = AttachmentFactory.create(task=comment.task, uploaded_by=cast.max)
    publish(AttachmentAdded(actor=by(cast.max), attachment=file))
    return file


def edit(cast: Cast, comment: Comment, text: str) -> None:
    edit_comment(actor=by(cast.max), comment=comment, content=text)


def test_a_text_is_what_it_was_before(cast: Cast, comment: Comment) -> None:
    edit(cast, comment, "On it now")
    event = newest(comment)
    assert undone(cast.max, comment) == [("updated", {"content": {"edits": [[5, " now", ""]]}})]
    comment.refresh_from_db()
    assert (comment.content, comment.content_html) == ("On it", "<p>On it</p>\n")
    assert superseding(cast.max, event) == [("updated", "Max", ["content"])]
    undone(cast.max, comment)
    comment.refresh_from_db()
    assert comment.content == "On it now"
    assert refusal(cast.lea, newest(comment), status=403) == "forbidden"


def test_an_erased_text_is_not_put_back(cast: Cast, comment: Comment) -> None:
    edit(cast, comment, "On it now")
    event = newest(comment)
    edit(cast, comment, "On it then")
    TextChange.objects.exclude(event=event).update(edits=None)
    assert refusal(cast.max, event) == "superseded"
    TextChange.objects.filter(event=event).update(edits=None)
    assert refusal(cast.max, event) == "text_erased"


def test_a_comment_goes_and_comes_back(cast: Cast, comment: Comment) -> None:
    edit(cast, comment, "On it now")
    said, edited = newest(comment, "commented"), newest(comment)
    assert [action for action, _ in undone(cast.max, comment, "commented")] == ["deleted"]
    assert superseding(cast.lea, said) == [("deleted", "Max", [])]
    assert superseding(cast.max, edited) == [("deleted", "Max", [])]
    assert [action for action, _ in undone(cast.lea, comment)] == ["restored"]
    assert [action for action, _ in undone(cast.lea, comment)] == ["deleted"]


def test_one_s_own_reaction_is_taken_back_and_given_again(cast: Cast, comment: Comment) -> None:
    for person in (cast.max, cast.lea):
        add_reaction(actor=by(person), comment=comment, emoji="🎉")
    event = newest(comment)
    answer = undo(cast.max, event, status=403)
    assert answer["required"] == "reaction:own"
    assert [action for action, _ in undone(cast.lea, comment)] == ["reaction_removed"]
    assert [each.user for each in comment.reactions.all()] == [cast.max]
    assert superseding(cast.lea, event) == [("reaction_removed", "Lea", ["reaction"])]
    assert [action for action, _ in undone(cast.lea, comment)] == ["reacted"]


def test_a_file_goes_and_comes_back(cast: Cast, attachment: Attachment) -> None:
    added = newest(attachment)
    assert [action for action, _ in undone(cast.max, attachment)] == ["deleted"]
    assert superseding(cast.max, added) == [("deleted", "Max", [])]
    assert [action for action, _ in undone(cast.lea, attachment)] == ["restored"]
    assert [action for action, _ in undone(cast.max, attachment)] == ["deleted"]
    assert refusal(cast.moe, newest(attachment), status=403) == "forbidden"


def test_a_thumbnail_is_not_undone(cast: Cast, attachment: Attachment) -> None:
    publish(AttachmentIllustrated(actor=by(None), attachment=attachment))
    assert refusal(cast.lea, newest(attachment)) == "not_undoable"


def test_what_can_no_longer_be_restored_is_gone(cast: Cast, comment: Comment) -> None:
    delete_comment(actor=by(cast.max), comment=comment)
    Comment.objects.update(deleted_at="2020-01-01T00:00Z")
    assert refusal(cast.max, newest(comment)) == "former_value_gone"


def test_nothing_of_a_deleted_file_is_undone_twice(cast: Cast, attachment: Attachment) -> None:
    delete_attachment(actor=by(cast.max), attachment=attachment)
    event = newest(attachment)
    undo(cast.max, event)
    assert superseding(cast.max, event) == [("restored", "Max", [])]
