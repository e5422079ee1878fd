"""The settings of a workspace over HTTP."""

from typing import Any, ClassVar

from django.db.models import Expression, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import check_time_zone
from core.api.fields import Choice, Input
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.fields import Document
from workspaces.models import Workspace
from workspaces.rights import READ_WORKSPACE, UPDATE_WORKSPACE, WorkspaceRole
from workspaces.services.settings import DEFAULTS, change_settings

NEWCOMERS = [WorkspaceRole.MEMBER, WorkspaceRole.GUEST]
DAYS = ["MONDAY", "SATURDAY", "SUNDAY"]


class Setting(serializers.CharField):
    """One key of `Workspace.settings`, or its default if the key is not set."""

    def column(self, path: str) -> Expression:
        name = str(self.field_name)
        return Coalesce(
            KeyTextTransform(name, f"{path}settings"),
            Value(DEFAULTS[name]),
            output_field=TextField(),
        )


class WorkspaceSettings(Document):
    """The settings of a workspace, with defaults for those not set."""

    default_role = Setting()
    time_zone = Setting()
    week_starts_on = Setting()

    class Meta:
        model = Workspace


class SettingsChanges(Input):
    """A merge patch: null restores the default. Unknown keys are refused."""

    default_role = Choice(NEWCOMERS, also={"VIEWER": "GUEST"}, required=False, allow_null=True)
    time_zone = serializers.CharField(
        max_length=64, required=False, allow_null=True, validators=[check_time_zone]
    )
    week_starts_on = Choice(DAYS, required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values = super().to_internal_value(data)
        unknown = [str(key) for key in data if not self.respelled({key: None})]
        if unknown:
            raise serializers.ValidationError({key: ["Unknown setting."] for key in unknown})
        return values

    class Meta:
        logged_as: ClassVar = {name: f"settings.{name}" for name in DEFAULTS}


class Settings(ServiceViewSet):
    """The settings of a workspace."""

    has_dry_run = merges = True
    document = WorkspaceSettings
    inputs: ClassVar = {"update": SettingsChanges, "partial_update": SettingsChanges}
    action_permissions: ClassVar = {
        "retrieve": Can(READ_WORKSPACE),
        "update": Can(UPDATE_WORKSPACE),
        "partial_update": Can(UPDATE_WORKSPACE),
    }

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.show(self.find(Workspace, pk))

    def update(self, request: Request, pk: str) -> Response:
        """Set the keys given; null restores the default of a key."""
        workspace = change_settings(
            actor=self.actor,
            workspace=self.find(Workspace, pk),
            changes=self.read_input(),
            version=self.expected_version,
        )
        return self.show(workspace, message="Settings updated successfully")

    partial_update = update
