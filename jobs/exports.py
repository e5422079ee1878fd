"""What a person's export holds of their jobs."""

from rest_framework import serializers

from accounts.services.personal_data import contribute
from core.documents.fields import Document
from jobs.models import Job, JobState


class OwnJob(Document):
    """Long work that the person has asked for."""

    type = serializers.CharField()
    workspace_id = serializers.UUIDField(allow_null=True)
    payload = serializers.JSONField()
    state = serializers.ChoiceField(JobState.choices)
    sentence = serializers.CharField()
    result = serializers.JSONField(allow_null=True)
    error = serializers.JSONField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Job


contribute("jobs", OwnJob, lambda person: Job.objects.filter(owner=person))
