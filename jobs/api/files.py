"""The files that a person's jobs have made, over HTTP."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from attachments.api.documents import LinkDocument
from attachments.storage.base import LINK_SECONDS
from core.api.permissions import IsSignedIn
from core.api.viewsets import ServiceViewSet
from core.documents.fields import Document
from core.documents.selection import Selection
from core.queries import compiled
from jobs.models import Job, ResultFile
from jobs.services.result_files import result_link


class ResultFileDocument(Document):
    """A file that a job has made; it is removed when it expires."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()

    class Meta:
        model = ResultFile


class FileOfJob(serializers.Serializer[Any]):
    """A file as results of jobs name it; `GET /api/jobs/{id}/files/{file}` has a link to it."""

    id = serializers.CharField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


class JobFiles(ServiceViewSet):
    """The files that a job has made; those of other people's jobs are not found."""

    document = ResultFileDocument
    outputs: ClassVar = {"link": LinkDocument}
    action_permissions: ClassVar = {"list": IsSignedIn(), "link": IsSignedIn()}
    orderings = ("created_at",)

    def list(self, request: Request, pk: str) -> Response:
        """The files of one's own completed job, until they expire."""
        return self.show_list(Selection(files_of, actor=self.actor, job=self._job(pk).pk))

    @extend_schema(responses={200: LinkDocument})
    def link(self, request: Request, pk: str, file: str) -> Response:
        """A link to the file, good for five minutes without another credential."""
        rows = ResultFile.objects.visible_to(self.actor).filter(job=self._job(pk))
        url = result_link(self.find_among(rows, file))
        expires_at = timezone.now() + timedelta(seconds=LINK_SECONDS)
        return Response({"url": url, "expires_at": expires_at.isoformat()})

    def _job(self, pk: str) -> Job:
        job: Job = self.find_among(Job.objects.visible_to(self.actor), pk)
        self.check_object_permissions(self.request, job)
        return job


@compiled
def files_of(actor: Any, job: Any) -> QuerySet[ResultFile]:
    return ResultFile.objects.visible_to(actor).filter(job=job)
