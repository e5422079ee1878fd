"""What a person's export holds of comments: all they wrote, deleted ones included."""

from rest_framework import serializers

from accounts.services.personal_data import contribute
from comments.models import Comment, Mention, Reaction, Revision
from core.documents.fields import Document, PublicId
from core.documents.truncation import LongText


class OwnComment(Document):
    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace")
    task_id = serializers.UUIDField()
    parent_id = serializers.UUIDField(allow_null=True)
    content = LongText()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Comment


class OwnRevision(Document):
    """A text that a comment had, written by the person; empty once erased."""

    comment_id = serializers.UUIDField()
    content = LongText()
    created_at = serializers.DateTimeField()

    class Meta:
        model = Revision


class OwnReaction(Document):
    comment_id = serializers.UUIDField()
    emoji = serializers.CharField()
    created_at = serializers.DateTimeField()

    class Meta:
        model = Reaction


class OwnMention(Document):
    """A comment that names the person."""

    comment_id = serializers.UUIDField()
    created_at = serializers.DateTimeField()

    class Meta:
        model = Mention


contribute("comments", OwnComment, lambda person: Comment.objects.filter(author=person))
contribute("comment_texts", OwnRevision, lambda person: Revision.objects.filter(author=person))
contribute("reactions", OwnReaction, lambda person: Reaction.objects.filter(user=person))
contribute("mentions", OwnMention, lambda person: Mention.objects.filter(user=person))
