"""What a person's export holds of reports: those they have scheduled."""

from rest_framework import serializers

from accounts.services.personal_data import contribute
from core.documents.fields import Document, PublicId
from reports.models import ReportSchedule


class OwnReportSchedule(Document):
    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace")
    project_id = serializers.UUIDField(allow_null=True)
    what = serializers.CharField()
    step = serializers.CharField()
    period = serializers.CharField()
    day = serializers.IntegerField()
    hour = serializers.IntegerField()
    is_enabled = serializers.BooleanField()
    created_at = serializers.DateTimeField()

    class Meta:
        model = ReportSchedule


contribute(
    "report_schedules",
    OwnReportSchedule,
    lambda person: ReportSchedule.objects.filter(owner=person),
)
