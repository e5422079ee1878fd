"""What is asked for in a job that imports a file, and what its result looks like."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.api.fields import Input, Visible
from imports.api.documents import RowFlaw
from imports.api.inputs import ImportOptions
from imports.models import ImportFile
from imports.sources import FORMATS
from jobs.api.payloads import register_payload
from projects.models import Project

MOST_NAMES = 500
LONGEST_NAME = 254


class ByName(serializers.DictField):
    """For names in the file what is meant by them."""

    child = serializers.CharField(max_length=LONGEST_NAME)

    def to_internal_value(self, data: Any) -> dict[Any, Any]:
        if isinstance(data, dict):
            if len(data) > MOST_NAMES:
                raise serializers.ValidationError([f"There are more than {MOST_NAMES} names."])
            if any(len(name) > LONGEST_NAME for name in data):
                raise serializers.ValidationError(["A name is too long."])
        return super().to_internal_value(data)


class ImportPayload(Input):
    """A file that was uploaded, to be imported into a project.

    All rows or none, unless `partial`. `columns` has for statuses of the file the key of a column,
    or `new`; `people` an e-mail address for names of people. With `dry_run` nothing is imported.
    """

    file_id = Visible(ImportFile, source="file")
    project_id = Visible(Project, source="project")
    options = ImportOptions(required=False)
    columns = ByName(required=False)
    people = ByName(required=False)
    dry_run = serializers.BooleanField(default=False)

    class Meta:
        also: ClassVar = {"file": "file_id", "project": "project_id"}

    def get_fields(self) -> dict[str, Any]:
        """With `source` and `partial`, which are names of REST framework's in the class."""
        source = serializers.ChoiceField([*FORMATS])
        partial = serializers.BooleanField(default=False)
        return {"source": source, **super().get_fields(), "partial": partial}


class ImportResult(serializers.Serializer[Any]):
    """How many rows there were, and what became, or would become, of them.

    `known` were imported before. `statuses` has the key of the column of each status; those in
    `unknown_statuses` are not known there, and their tasks in the default column.
    """

    rows = serializers.IntegerField()
    tasks = serializers.IntegerField()
    known = serializers.IntegerField()
    refused = serializers.IntegerField()
    flaws = RowFlaw(many=True)
    dry_run = serializers.BooleanField()
    columns = serializers.ListField(child=serializers.CharField())
    unknown_columns = serializers.ListField(child=serializers.CharField())
    mapping = serializers.DictField(child=serializers.CharField())
    statuses = serializers.DictField(child=serializers.CharField())
    unknown_statuses = serializers.ListField(child=serializers.CharField())
    known_people = serializers.IntegerField()
    unknown_people = serializers.ListField(child=serializers.CharField())


register_payload("import", ImportPayload, result=ImportResult)


class WorkspaceImport(Input):
    """The ZIP of an exported workspace, which becomes the content of one without projects.

    People are matched with the members of the workspace by their addresses. With `dry_run` the
    file is only checked.
    """

    file_id = Visible(ImportFile, source="file")
    dry_run = serializers.BooleanField(required=False, default=False)


class ImportedWorkspace(serializers.Serializer[Any]):
    """How many rows of each kind there are; those that refer to what is not there are left out."""

    rows = serializers.DictField(child=serializers.IntegerField())
    unmatched_people = serializers.IntegerField()


register_payload("import_workspace", WorkspaceImport, result=ImportedWorkspace)
