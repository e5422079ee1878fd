"""What is asked for in a job that changes many tasks, and what its result looks like."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.api.fields import Input, Visible
from projects.models import Project
from tasks.api.bulk import BulkFields, BulkResult
from tasks.api.saved_filters import FilterParameters

MOST_IDS = 1500
"""As many as a payload has room for."""


class BulkPayload(Input):
    """Up to 1,500 tasks by their ids, or up to 10,000 of a project by a filter of its list.

    What `changes` sets is set for each task that the person may change so; each of the others is
    told in the result, with the reason.
    """

    task_ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST_IDS, required=False
    )
    project_id = Visible(Project, source="project", required=False, allow_null=True)
    filter = FilterParameters(required=False)
    changes = BulkFields()

    class Meta:
        also: ClassVar = {"set": "changes", "project": "project_id"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("task_ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"task_ids": ["Give task_ids or a filter."]})
        if "filter" in attrs and not attrs.get("project"):
            raise serializers.ValidationError({"project_id": ["A filter needs a project."]})
        return attrs


class BulkJobResult(serializers.Serializer[Any]):
    """How many tasks were changed, and were not; the first 500 of those with the reason."""

    changed = serializers.IntegerField()
    refused = serializers.IntegerField()
    refusals = BulkResult(many=True)
