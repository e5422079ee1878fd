"""Bodies about attachments."""

import re
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from attachments.files.names import LONGEST
from attachments.files.types import BINARY
from attachments.models import LONGEST_TYPE
from attachments.services.uploads import LARGEST, Upload
from comments.models import Comment
from core.api.fields import Input, Visible

TYPE = re.compile(r"\A[\w!#$&^.+-]+/[\w!#$&^.+-]+\Z", re.ASCII)
MEDIA_TYPE = RegexValidator(TYPE, "Must be a media type.")
SHA256 = RegexValidator(r"\A[0-9a-fA-F]{64}\Z", "Must be 64 hexadecimal digits.")


ONE_AT_A_TIME = "One file at a time."


class NewUpload(Input):
    """A file that the client is going to store itself, by the request in the answer."""

    file_name = serializers.CharField(max_length=LONGEST)
    size = serializers.IntegerField(min_value=1, max_value=LARGEST)
    content_type = serializers.CharField(
        max_length=LONGEST_TYPE, default=BINARY, validators=[MEDIA_TYPE]
    )
    sha256 = serializers.CharField(max_length=64, required=False, validators=[SHA256])
    comment_id = Visible(Comment, required=False, allow_null=True)


class NewFile(Input):
    """A file with its name, as a form sends it."""

    file = serializers.FileField(max_length=LONGEST)
    comment_id = Visible(Comment, required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Of several files all but the last would be lost."""
        if len(data.getlist("file")) > 1:
            raise serializers.ValidationError({"file": [ONE_AT_A_TIME]})
        return super().to_internal_value(data)


def announced(fields: dict[str, Any]) -> Upload:
    return Upload(
        file_name=fields["file_name"],
        claimed_type=fields["content_type"],
        size=fields["size"],
        sha256=fields.get("sha256", "").lower(),
        comment=fields.get("comment_id"),
    )


def sent(fields: dict[str, Any]) -> Upload:
    file = fields["file"]
    claimed = file.content_type or ""
    is_type = len(claimed) <= LONGEST_TYPE and TYPE.match(claimed)
    return Upload(
        file_name=file.name,
        claimed_type=claimed if is_type else "",
        comment=fields.get("comment_id"),
    )
