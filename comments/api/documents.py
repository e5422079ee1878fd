"""Comments as shown."""

from typing import ClassVar

from rest_framework import serializers

from accounts.api.documents import Person
from comments.models import Comment
from comments.rights import COMMENT_ABILITIES
from core.api.abilities import Abilities
from core.documents.fields import Count, Document
from core.documents.truncation import Limits, LongText, Many, Truncated
from projects.api.abilities import in_project, project_standing
from tasks.api.documents import TaskDocument

NEWEST_EMBEDDED = 20
LONGEST = 20_000


class CommentDocument(Document):
    """A comment; `content` is Markdown as it was written."""

    id = serializers.UUIDField()
    task_id = serializers.UUIDField()
    content = LongText()
    author = Person()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    abilities = Abilities(
        COMMENT_ABILITIES,
        in_project("task__project__", own=("author",)),
        project_standing,
    )
    truncated = Truncated()

    class Meta:
        model = Comment
        also: ClassVar = {"user": "author", "createdAt": "created_at", "taskId": "task_id"}


TaskDocument.embed(
    "comment_count", Count(lambda task: Comment.objects.filter(task=task, deleted_at=None))
)
TaskDocument.embed(
    "comments",
    Many(
        CommentDocument,
        "task",
        lambda: Comment.objects.filter(deleted_at=None),
        "-created_at",
        order="created_at",
        limits=Limits(most=NEWEST_EMBEDDED, item=1200, heaviest=LONGEST),
    ),
    on_request=True,
)
