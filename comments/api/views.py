"""Comments over HTTP."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from comments.api.documents import CommentDocument, RevisionDocument
from comments.api.inputs import CommentFilters, CommentText, NewComment
from comments.models import Comment, Revision
from comments.rights import DELETE_COMMENT, UPDATE_COMMENT
from comments.services.comments import add_comment, delete_comment, edit_comment, restore_comment
from comments.services.reactions import add_reaction, remove_reaction
from core.api.filters import RestorableWanted
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.queries import compiled
from projects.rights import READ_PROJECT
from tasks.models import Task
from tasks.rights import CREATE_COMMENT


class TaskComments(ServiceViewSet):
    """The comments on one task, oldest first."""

    has_dry_run = True
    document = CommentDocument
    inputs: ClassVar = {"create": NewComment}
    action_permissions: ClassVar = {"list": Can(READ_PROJECT), "create": Can(CREATE_COMMENT)}
    queries: ClassVar = {"list": RestorableWanted}
    filters = CommentFilters
    embedded_in_one = ("html",)
    has_list_tag = True
    orderings = ("created_at",)
    wrapped: bool = True

    def list(self, request: Request, pk: str) -> Response:
        """The comments on a task; with `deleted=true` those the person can restore."""
        task = self._task(pk)
        if self.wants_deleted:
            response = self.show_list(Comment.objects.restorable_by(self.actor, task))
        else:
            comments = Selection(comments_of, task=task.pk)
            response = self.show_list(comments, within=(Task, task.pk))
        if self.wrapped and response.data:
            items, meta = response.data.data, response.data.meta
            response.data = {"items": items, "nextCursor": meta["next_cursor"]}
        return response

    def create(self, request: Request, pk: str) -> Response:
        task = self._task(pk)
        comment = add_comment(actor=self.actor, task=task, **self.read_input())
        return self.show(
            comment,
            status=status.HTTP_201_CREATED,
            message="Comment added successfully",
        )

    def _task(self, pk: str) -> Task:
        task: Task = self.find(Task, pk)
        return task


class Comments(ServiceViewSet):
    """Single comments."""

    has_dry_run = merges = True
    document = CommentDocument
    inputs: ClassVar = {"update": CommentText, "partial_update": CommentText}
    action_permissions: ClassVar = {
        "retrieve": Can(READ_PROJECT),
        "update": Can(UPDATE_COMMENT),
        "partial_update": Can(UPDATE_COMMENT),
        "destroy": Can(DELETE_COMMENT),
        "restore": Can(DELETE_COMMENT),
        "react": Can(CREATE_COMMENT),
        "take_back": Can(CREATE_COMMENT),
    }
    embedded_in_one = ("html",)

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.show(self._comment(pk))

    def update(self, request: Request, pk: str) -> Response:
        comment = edit_comment(
            actor=self.actor,
            comment=self._comment(pk),
            version=self.expected_version,
            **self.read_input(),
        )
        return self.show(comment)

    partial_update = update

    def destroy(self, request: Request, pk: str) -> Response:
        delete_comment(actor=self.actor, comment=self._comment(pk), version=self.expected_version)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def restore(self, request: Request, pk: str) -> Response:
        """Restore a comment deleted in the last 30 days."""
        comments = Comment.objects.visible_with_recently_deleted(self.actor)
        comments = comments.select_related("task__project")
        comment = restore_comment(
            actor=self.actor, comment=self.find(comments, pk), version=self.expected_version
        )
        return self.show(comment)

    def react(self, request: Request, pk: str, emoji: str) -> Response:
        """React to the comment with an emoji; the comment keeps its version."""
        return self.show(add_reaction(actor=self.actor, comment=self._comment(pk), emoji=emoji))

    def take_back(self, request: Request, pk: str, emoji: str) -> Response:
        """Take one's reaction back; answers with the comment."""
        return self.show(remove_reaction(actor=self.actor, comment=self._comment(pk), emoji=emoji))

    def _comment(self, pk: str) -> Comment:
        comment: Comment = self.find(Comment, pk)
        return comment


class CommentHistory(ServiceViewSet):
    """The texts that an edited comment has had."""

    document = RevisionDocument
    action_permissions: ClassVar = {"list": Can(READ_PROJECT)}
    has_list_tag = True
    orderings = ("-created_at",)

    def list(self, request: Request, pk: str) -> Response:
        """All texts of the comment, the present one first; none if it was never edited."""
        comment = self.find(Comment, pk)
        revisions = Selection(revisions_of, comment=comment.pk)
        return self.show_list(revisions, within=(Comment, comment.pk))


@compiled
def revisions_of(comment: Any) -> QuerySet[Revision]:
    return Revision.objects.filter(comment=comment)


@compiled
def comments_of(task: Any) -> QuerySet[Comment]:
    return Comment.objects.filter(task=task, deleted_at=None)
