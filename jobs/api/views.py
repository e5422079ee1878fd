"""The jobs of the person asking, over HTTP."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.permissions import IsSignedIn
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.limits import Limit, take
from core.queries import compiled
from identity.api.bases import refused
from jobs.api.documents import JobDocument
from jobs.api.inputs import JobFilters, NewJob
from jobs.models import Job
from jobs.services.submission import cancel_job, retry_job, submit_job

SUBMISSIONS = Limit("jobs a person asks for", 120, 60)
REUSED = {422: refused("The key in the body was used for another job")}


class Jobs(ServiceViewSet):
    """One's own jobs; those of others are not found."""

    has_dry_run = True
    document = JobDocument
    inputs: ClassVar = {"create": NewJob}
    filters = JobFilters
    action_permissions: ClassVar = dict.fromkeys(
        ("list", "create", "retrieve", "cancel", "retry"), IsSignedIn()
    )

    def list(self, request: Request) -> Response:
        """The jobs of the person asking, the newest first."""
        return self.show_list(Selection(jobs_of, actor=self.actor))

    @extend_schema(responses={202: JobDocument, 200: JobDocument, **REUSED})
    def create(self, request: Request) -> Response:
        """Ask for long work: 202 with the job, or 200 with the one that has the same key.

        It is done with what the credential of this request permits, by the rights of then: the
        token must still be valid, signing out ends nothing.
        """
        asked = self.read_input()
        take(SUBMISSIONS, str(self.actor.person_id))
        job, is_new = submit_job(actor=self.actor, **asked)
        return self.show(job, status=status.HTTP_202_ACCEPTED if is_new else status.HTTP_200_OK)

    def retrieve(self, request: Request, pk: str) -> Response:
        """How far a job has come, and its result."""
        return self.show(self._job(pk))

    @extend_schema(request=None, responses={200: JobDocument})
    def cancel(self, request: Request, pk: str) -> Response:
        """End a job. It is CANCELLED as soon as what it had done has been taken back."""
        return self.show(cancel_job(actor=self.actor, job=self._job(pk)))

    @extend_schema(request=None, responses={200: JobDocument})
    def retry(self, request: Request, pk: str) -> Response:
        """Begin a job that failed or was cancelled again, with the credential of this request."""
        take(SUBMISSIONS, str(self.actor.person_id))
        return self.show(retry_job(actor=self.actor, job=self._job(pk)))

    def _job(self, pk: str) -> Job:
        job: Job = self.find_among(Job.objects.visible_to(self.actor), pk)
        self.check_object_permissions(self.request, job)
        return job


@compiled
def jobs_of(actor: Any) -> QuerySet[Job]:
    return Job.objects.visible_to(actor)
