"""One's own scheduled reports in a workspace, over HTTP."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.documents import People, Person
from accounts.models import User
from core.api.fields import Input, Visible
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.fields import Document, PublicId
from core.documents.selection import Selection
from core.queries import compiled
from projects.models import Project
from reports.models import Period, ReportRecipient, ReportSchedule, Step, What
from reports.services.schedules import add_schedule, delete_schedule, update_schedule
from workspaces.models import Workspace
from workspaces.rights import SCHEDULE_REPORTS

MOST_RECIPIENTS = 50


class ReportScheduleFields(Input):
    project_id = Visible(Project, source="project", required=False, allow_null=True)
    step = serializers.ChoiceField(Step.choices, required=False)
    period = serializers.ChoiceField(
        Period.choices, required=False, help_text="The last whole week, or calendar month."
    )
    day = serializers.IntegerField(
        min_value=1,
        max_value=28,
        required=False,
        help_text="When it is due: 1 for Monday to 7, or 1 to 28 of a month.",
    )
    hour = serializers.IntegerField(
        min_value=0, max_value=23, required=False, help_text="By the clock of one's profile."
    )
    is_enabled = serializers.BooleanField(required=False)
    recipient_ids = serializers.ListField(
        child=Visible(User),
        source="recipients",
        max_length=MOST_RECIPIENTS,
        required=False,
        help_text="Members; without any, only oneself.",
    )

    class Meta:
        also: ClassVar = {"project": "project_id", "recipients": "recipient_ids"}


class NewReportSchedule(ReportScheduleFields):
    """A report that is made and mailed every week or month."""

    what = serializers.ChoiceField(What.choices)


class ReportScheduleChanges(ReportScheduleFields):
    what = serializers.ChoiceField(What.choices, required=False)


class ReportScheduleDocument(Document):
    """A report that is made at `next_at` and mailed to those recipients who may read it then.

    `disabled_reason` says why the server has disabled it.
    """

    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace")
    project_id = serializers.UUIDField(allow_null=True)
    owner = Person()
    what = serializers.ChoiceField(What.choices)
    step = serializers.ChoiceField(Step.choices)
    period = serializers.ChoiceField(Period.choices)
    day = serializers.IntegerField()
    hour = serializers.IntegerField()
    recipients = People(lambda schedule: ReportRecipient.objects.filter(schedule=schedule))
    is_enabled = serializers.BooleanField()
    disabled_reason = serializers.CharField()
    next_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = ReportSchedule


class WorkspaceReportSchedules(ServiceViewSet):
    """One's own scheduled reports in a workspace."""

    has_dry_run = True
    document = ReportScheduleDocument
    inputs: ClassVar = {"create": NewReportSchedule}
    action_permissions: ClassVar = {
        "list": Can(SCHEDULE_REPORTS),
        "create": Can(SCHEDULE_REPORTS),
    }

    def list(self, request: Request, pk: str) -> Response:
        """One's own scheduled reports, the newest first."""
        workspace = self.find(Workspace, pk)
        found = Selection(schedules_of, actor=self.actor, workspace=workspace.pk)
        return self.show_list(found)

    def create(self, request: Request, pk: str) -> Response:
        """Schedule a report. Others than oneself get it from ADMINs and PMs only."""
        workspace = self.find(Workspace, pk)
        schedule = add_schedule(actor=self.actor, workspace=workspace, **self.read_input())
        return self.show(schedule, status=status.HTTP_201_CREATED)


class ReportSchedules(ServiceViewSet):
    """Single scheduled reports; those of others are not found."""

    has_dry_run = True
    document = ReportScheduleDocument
    inputs: ClassVar = {"update": ReportScheduleChanges, "partial_update": ReportScheduleChanges}
    action_permissions: ClassVar = {
        "retrieve": Can(SCHEDULE_REPORTS),
        "update": Can(SCHEDULE_REPORTS),
        "partial_update": Can(SCHEDULE_REPORTS),
        "destroy": Can(SCHEDULE_REPORTS),
    }

    def retrieve(self, request: Request, pk: str, schedule: str) -> Response:
        return self.show(self._schedule(pk, schedule))

    def update(self, request: Request, pk: str, schedule: str) -> Response:
        """Change a scheduled report; from now on it is made with the credential of this request."""
        changed = update_schedule(
            actor=self.actor,
            schedule=self._schedule(pk, schedule),
            changes=self.read_input(),
            version=self.expected_version,
        )
        return self.show(changed)

    partial_update = update

    def destroy(self, request: Request, pk: str, schedule: str) -> Response:
        found = self._schedule(pk, schedule)
        delete_schedule(actor=self.actor, schedule=found, version=self.expected_version)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _schedule(self, pk: str, schedule: str) -> ReportSchedule:
        workspace = self.find(Workspace, pk)
        rows = ReportSchedule.objects.visible_to(self.actor).filter(workspace=workspace)
        found: ReportSchedule = self.find_among(rows, schedule)
        return found


@compiled
def schedules_of(actor: Any, workspace: Any) -> QuerySet[ReportSchedule]:
    return ReportSchedule.objects.visible_to(actor).filter(workspace=workspace)
