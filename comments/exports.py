"""What a person's export holds of comments: all they wrote, deleted ones included."""

from rest_framework import serializers

from accounts.services.personal_data import contribute
from comments.models import Comment
from core.documents.fields import Document, PublicId
from core.documents.truncation import LongText


class OwnComment(Document):
    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace")
    task_id = serializers.UUIDField()
    content = LongText()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Comment


contribute("comments", OwnComment, lambda person: Comment.objects.filter(author=person))
