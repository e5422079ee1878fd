"""Calendar feeds as their owners see them; addresses are in the answers that make them only."""

from typing import ClassVar

from django.db.models import CharField, Value
from rest_framework import serializers

from calendars.models import CalendarFeed
from core.api.fields import Input, Visible
from core.documents.fields import Computed, Document, PublicId
from projects.models import Project
from workspaces.models import Workspace


class NewFeed(Input):
    """A project, a workspace, or neither: then all tasks assigned to the person."""

    workspace_id = Visible(Workspace, source="workspace", required=False, allow_null=True)
    project_id = Visible(Project, source="project", required=False, allow_null=True)

    class Meta:
        also: ClassVar = {"workspace": "workspace_id", "project": "project_id"}


class CalendarFeedDocument(Document):
    """A calendar of due dates: of a project, or of the owner's own tasks in a workspace or all."""

    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace", allow_null=True)
    project_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = CalendarFeed


class CalendarFeedWithAddress(CalendarFeedDocument):
    """The feed with its address, which is not shown again: whoever knows it reads the calendar."""

    url = Computed(lambda _: Value("", CharField()))  # the view puts it in

    class Meta:
        model = CalendarFeed
