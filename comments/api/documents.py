"""Comments as shown."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from accounts.api.documents import People, Person
from comments.api.reactions import Reactions
from comments.models import Comment, Mention, Revision
from comments.rights import COMMENT_ABILITIES
from core.api.abilities import Abilities
from core.documents.fields import Count, Document
from core.documents.html import Html
from core.documents.truncation import Limits, LongText, Many, Truncated
from core.queries import compiled
from projects.api.abilities import in_project, project_standing
from tasks.api.documents import TaskDocument
from tasks.api.hits import Excerpt, searched

NEWEST_EMBEDDED = 20
LONGEST = 20_000


class CommentDocument(Document):
    """A comment; `content` is Markdown as it was written. `parent_id` is what it replies to.

    `mentions` are the people it names who may read the task.
    """

    id = serializers.UUIDField()
    task_id = serializers.UUIDField()
    parent_id = serializers.UUIDField(allow_null=True)
    content = LongText()
    author = Person()
    mentions = People(lambda comment: Mention.objects.filter(comment=comment))
    reactions = Reactions()
    reply_count = Count(lambda comment: Comment.objects.filter(parent=comment, deleted_at=None))
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


class RevisionDocument(Document):
    """A text that an edited comment has or had; empty once it is erased."""

    id = serializers.UUIDField()
    comment_id = serializers.UUIDField()
    content = LongText()
    author = Person(allow_null=True)
    created_at = serializers.DateTimeField()
    truncated = Truncated()

    class Meta:
        model = Revision


CommentDocument.embed("content_html", Html("content"), on_request=True, asked_by="html")
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


@searched
def texts_of_comments(ids: Sequence[Any], words: list[str]) -> Iterable[tuple[Any, str, str]]:
    for pk, content in excerpts_of_comments.rows(ids=list(ids), words=words):
        yield pk, "comment", content


@compiled
def excerpts_of_comments(ids: Any, words: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = Comment.objects.filter(pk__any_of=ids, deleted_at=None)
    rows = rows.annotate(about=Excerpt("content", words))
    return rows.values_list("pk", "about")
