"""Bodies and queries about comments."""

from typing import ClassVar

from django_filters import CharFilter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from comments.api.documents import LONGEST
from comments.models import Comment
from core.api.fields import Input, Visible
from core.api.filters import Filters
from core.api.sizes import LONGEST_VALUE
from core.documents.conditions import Conditions
from core.models import as_uuid


class CommentText(Input):
    """The text of a comment; `message` is accepted for `content`."""

    content = serializers.CharField(max_length=LONGEST)

    class Meta:
        also: ClassVar = {"message": "content"}


class NewComment(CommentText):
    """A new comment; with `parent_id` a reply to one on the same task that is no reply itself."""

    parent_id = Visible(Comment, source="parent", required=False, allow_null=True)

    class Meta(CommentText.Meta):
        also: ClassVar = {**CommentText.Meta.also, "parent": "parent_id"}


class CommentFilters(Filters):
    """`parent` is the id of a comment, for its replies, or `none` for those that are none."""

    parent = CharFilter(max_length=LONGEST_VALUE)

    @staticmethod
    def where_parent(_: Request, value: str) -> Conditions:
        if value == "none":
            return (("parent", None),)
        if parent := as_uuid(value):
            return (("parent", parent),)
        raise ValidationError({"parent": ["The id of a comment, or “none”."]})
