"""Bodies about comments."""

from typing import ClassVar

from rest_framework import serializers

from comments.api.documents import LONGEST
from core.api.fields import Input


class CommentText(Input):
    """The text of a comment; `message` is accepted for `content`."""

    content = serializers.CharField(max_length=LONGEST)

    class Meta:
        also: ClassVar = {"message": "content"}
