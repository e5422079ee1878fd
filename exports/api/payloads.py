"""What is asked of an export, and what it answers."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from core.api.fields import Input, Visible
from exports.services.lists import COLUMNS
from exports.services.making import EXPORT, JSONL, TYPES
from exports.services.scopes import TASKS, WHAT, WORKSPACE
from jobs.api.files import FileOfJob
from jobs.api.payloads import register_payload
from projects.models import Project
from tasks.api.saved_filters import FilterParameters


class ListFilters(FilterParameters):
    """The query parameters of lists of tasks, without an order: tasks are exported by number."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        del fields["ordering"]
        return fields


class ExportPayload(Input):
    """Tasks of a project, or of all projects of the workspace that one may read; or all of it.

    `jsonl` is a ZIP with all that hangs on the tasks, of which an import makes the same content;
    `workspace` takes the right `workspace:export`. The file is kept for a day.
    """

    what = serializers.ChoiceField(WHAT, default=TASKS)
    project_id = Visible(Project, required=False)
    filters = ListFilters(required=False)
    format = serializers.ChoiceField(list(TYPES))
    columns = serializers.ListField(
        child=serializers.ChoiceField(COLUMNS),
        required=False,
        min_length=1,
        max_length=len(COLUMNS),
        help_text="Of csv and xlsx: which columns, in which order; without it all of them.",
    )
    bom = serializers.BooleanField(
        required=False, help_text="Whether a csv file begins with a byte order mark."
    )
    with_files = serializers.BooleanField(
        required=False, help_text="Of jsonl: whether the files of attachments are in it."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_zip = attrs["format"] == JSONL
        if attrs["what"] == WORKSPACE:
            if not is_zip:
                raise ValidationError({"format": [f"A workspace is exported as {JSONL}."]})
            _refuse(attrs, "project_id", "filters", message="A workspace is exported whole.")
        if is_zip:
            _refuse(attrs, "columns", "bom", message=f"{JSONL} has no columns.")
        else:
            _refuse(attrs, "with_files", message=f"Only {JSONL} has files.")
        return attrs


def _refuse(attrs: dict[str, Any], *names: str, message: str) -> None:
    if errors := {name: [message] for name in names if attrs.get(name)}:
        raise ValidationError(errors)


class Exported(serializers.Serializer[Any]):
    """The file, how many tasks it has, and of a ZIP how many rows of each kind."""

    file = FileOfJob()
    rows = serializers.IntegerField()
    kinds = serializers.DictField(child=serializers.IntegerField())


register_payload(EXPORT, ExportPayload, result=Exported)
