"""Import files as shown."""

from typing import Any

from django.db.models import F
from rest_framework import serializers

from attachments.api.documents import TICKET, shown_ticket
from attachments.files.types import BINARY
from attachments.storage.base import FileLink
from core.documents.columns import Column
from core.documents.fields import Derived, Document, PublicId
from imports.models import ImportFile, ImportFileState
from imports.services.files import UPLOAD
from imports.sources import FORMATS


class ImportFileDocument(Document):
    """A file to import from, for who uploaded it only; it is removed after seven days.

    PENDING until an announced file is stored and completed.
    """

    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace")
    file_name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    state = serializers.ChoiceField(ImportFileState.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = ImportFile


def _facts(path: str) -> list[Column]:
    return [F(f"{path}{name}") for name in ("id", "state", "storage_key", "size")]


def _ticket(pk: str, state: str, key: str, size: int) -> dict[str, Any] | None:
    if state != ImportFileState.PENDING:
        return None
    return shown_ticket(FileLink(str(pk), key, "", BINARY, purpose=UPLOAD), size)


class NewImportFileDocument(ImportFileDocument):
    """As `ImportFile`, with the request that stores the file if it is only announced."""

    upload = Derived(_ticket, _facts, TICKET)


class MappedColumn(serializers.Serializer[Any]):
    """A field of a task, and the column it is read from."""

    field = serializers.CharField()
    column = serializers.CharField()


class ReadComment(serializers.Serializer[Any]):
    author = serializers.CharField()
    content = serializers.CharField()
    created_at = serializers.DateTimeField(allow_null=True)


class ReadLink(serializers.Serializer[Any]):
    name = serializers.CharField()
    url = serializers.CharField()


class ReadRelation(serializers.Serializer[Any]):
    """What the task is to the one with this id in the source."""

    kind = serializers.CharField()
    task = serializers.CharField()


class ReadRecord(serializers.Serializer[Any]):
    """A row as it would be imported, in the words of its source; long texts are cut."""

    row = serializers.IntegerField()
    external_id = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    type = serializers.CharField()
    priority = serializers.CharField()
    status = serializers.CharField()
    is_complete = serializers.BooleanField(allow_null=True)
    assignee = serializers.CharField()
    reporter = serializers.CharField()
    labels = serializers.ListField(child=serializers.CharField())
    relations = ReadRelation(many=True)
    start_date = serializers.DateField(allow_null=True)
    due_date = serializers.DateField(allow_null=True)
    due_time = serializers.TimeField(allow_null=True)
    estimate_minutes = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    comments = ReadComment(many=True)
    links = ReadLink(many=True)

    def get_fields(self) -> dict[str, Any]:
        """With `parent`, which is a name of REST framework's in the class."""
        return {**super().get_fields(), "parent": serializers.CharField()}


class RowFlaw(serializers.Serializer[Any]):
    """What is wrong in a row; `field` is empty if it is the row as a whole."""

    row = serializers.IntegerField()
    field = serializers.CharField()
    message = serializers.CharField()
    value = serializers.CharField()


class ImportPreview(serializers.Serializer[Any]):
    """What a file is, and its first rows; `total` is null if the file does not say."""

    columns = serializers.ListField(child=serializers.CharField())
    unknown_columns = serializers.ListField(child=serializers.CharField())
    mapping = MappedColumn(many=True)
    total = serializers.IntegerField(allow_null=True)
    rows_read = serializers.IntegerField()
    records = ReadRecord(many=True)
    flaws = RowFlaw(many=True)
    flaw_count = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        """With `source`, which is a name of REST framework's in the class."""
        return {"source": serializers.ChoiceField([*FORMATS]), **super().get_fields()}
