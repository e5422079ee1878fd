"""The body that asks for a job, and the filters of one's jobs."""

from typing import Any

from django_filters import CharFilter, ChoiceFilter
from rest_framework import serializers

from core.api.fields import Input, Visible
from core.api.filters import Filters
from jobs.api.payloads import PayloadField, as_json, names, payload_form
from jobs.models import LONGEST_TYPE, JobState
from projects.models import Project
from workspaces.models import Workspace

LONGEST_KEY = 255


class NewJob(Input):
    """What is to be done: `payload` as the type needs it.

    With an `idempotency_key` the same body sent again is the same job. The workspace need not be
    said if the payload names a project.
    """

    type = serializers.CharField(max_length=LONGEST_TYPE)
    payload = PayloadField(required=False, default=dict)
    workspace_id = Visible(Workspace, source="workspace", required=False, allow_null=True)
    idempotency_key = serializers.CharField(max_length=LONGEST_KEY, required=False, default="")

    def validate_type(self, value: str) -> str:
        name = value.strip().lower()
        if name not in names():
            raise serializers.ValidationError([f"Must be one of: {', '.join(names())}."])
        return name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        form = payload_form(attrs["type"])(data=attrs["payload"], context=self.context)
        if not form.is_valid():
            errors = {f"payload.{name}": flaws for name, flaws in form.errors.items()}
            raise serializers.ValidationError(errors)
        workspace = attrs.get("workspace")
        project = form.validated_data.get("project") or form.validated_data.get("project_id")
        if isinstance(project, Project):
            if workspace and workspace.pk != project.workspace_id:
                message = "Must be the workspace of the project."
                raise serializers.ValidationError({"workspace_id": [message]})
            workspace = Workspace(pk=project.workspace_id)
        key = attrs["idempotency_key"]
        return {
            "kind": attrs["type"],
            "payload": as_json(form),
            "workspace": workspace,
            "idempotency_key": key,
        }


class JobFilters(Filters):
    type = CharFilter(max_length=LONGEST_TYPE)
    state = ChoiceFilter(choices=JobState.choices)
