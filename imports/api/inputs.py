"""Bodies about import files."""

from typing import Any

from rest_framework import serializers

from attachments.api.inputs import ONE_AT_A_TIME, SHA256
from attachments.files.names import LONGEST
from attachments.services.uploads import LARGEST
from core.api.fields import Input
from imports.sources import FORMATS
from imports.sources.tables import LONGEST_NAME
from imports.sources.values import ORDERS

MOST_FIELDS = 50
LONGEST_ZONE = 64


class NewImportFile(Input):
    """A file that the client is going to store itself, by the request in the answer."""

    file_name = serializers.CharField(max_length=LONGEST)
    size = serializers.IntegerField(min_value=1, max_value=LARGEST)
    sha256 = serializers.CharField(max_length=64, required=False, validators=[SHA256])


class SentImportFile(Input):
    """A file with its name, as a form sends it."""

    file = serializers.FileField(max_length=LONGEST)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if len(data.getlist("file")) > 1:
            raise serializers.ValidationError({"file": [ONE_AT_A_TIME]})
        return super().to_internal_value(data)


class Mapping(serializers.DictField):
    """By field of a task the name of the column it is read from, "" for none."""

    child = serializers.CharField(max_length=LONGEST_NAME, allow_blank=True)
    most_keys = MOST_FIELDS


class ImportOptions(Input):
    """How a file is meant: names of columns, and dates that do not say it themselves."""

    mapping = Mapping(required=False)
    date_order = serializers.ChoiceField([*ORDERS], required=False)
    time_zone = serializers.CharField(max_length=LONGEST_ZONE, required=False)


class PreviewAsked(Input):
    """The source is guessed without one."""

    options = ImportOptions(required=False)

    def get_fields(self) -> dict[str, Any]:
        """With `source`, which is a name of REST framework's in the class."""
        return {
            "source": serializers.ChoiceField([*FORMATS], required=False),
            **super().get_fields(),
        }
