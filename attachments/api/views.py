"""Attachments over HTTP."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from attachments.api.documents import AttachmentDocument, LinkDocument, NewAttachmentDocument
from attachments.api.inputs import NewFile, NewUpload, announced, sent
from attachments.models import Attachment
from attachments.rights import DELETE_ATTACHMENT
from attachments.services.attachments import delete_attachment, restore_attachment
from attachments.services.links import file_link, thumbnail_link
from attachments.services.uploads import begin_upload, complete_upload, upload_file
from attachments.storage.base import LINK_SECONDS
from core.api.fields import read_body
from core.api.filters import RestorableWanted
from core.api.forms import FormWithFile, is_form
from core.api.parsers import BoundedJson
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.queries import compiled
from identity.api.bases import refused
from projects.rights import READ_PROJECT
from tasks.models import Task
from tasks.rights import CREATE_ATTACHMENT

LINK = {200: LinkDocument, 409: refused("The file is not complete, or under quarantine")}
BODIES = {"application/json": NewUpload, "multipart/form-data": NewFile}


class TaskAttachments(ServiceViewSet):
    """The files on one task, oldest first."""

    document = AttachmentDocument
    inputs: ClassVar = {"create": NewUpload}
    outputs: ClassVar = {"create": NewAttachmentDocument}
    action_permissions: ClassVar = {"list": Can(READ_PROJECT), "create": Can(CREATE_ATTACHMENT)}
    queries: ClassVar = {"list": RestorableWanted}
    parser_classes = [BoundedJson, FormWithFile]
    has_list_tag = True
    streams_forms = True
    # A file is stored before rows are locked, and would be stored again.
    may_run_again = False
    orderings = ("created_at",)

    def list(self, request: Request, pk: str) -> Response:
        """The files on a task; with `deleted=true` those the person can restore."""
        task = self._task(pk)
        if self.wants_deleted:
            return self.show_list(Attachment.objects.restorable_by(self.actor, task))
        return self.show_list(Selection(files_on, task=task.pk), within=(Task, task.pk))

    @extend_schema(request=BODIES)
    def create(self, request: Request, pk: str) -> Response:
        """Add a file: a form with the file, or JSON that announces one.

        What is announced is stored by the request in `upload`, then completed.
        """
        task = self._task(pk)
        if is_form(request):
            fields = read_body(NewFile, request, actor=self.actor)
            attachment = upload_file(
                actor=self.actor, task=task, upload=sent(fields), content=fields["file"]
            )
        else:
            upload = announced(self.read_input())
            attachment = begin_upload(actor=self.actor, task=task, upload=upload)
        return self.show(attachment, status=status.HTTP_201_CREATED)

    def _task(self, pk: str) -> Task:
        task: Task = self.find(Task, pk)
        return task


class Attachments(ServiceViewSet):
    """Single attachments."""

    document = AttachmentDocument
    outputs: ClassVar = {"download": LinkDocument, "thumbnail": LinkDocument}
    action_permissions: ClassVar = {
        "retrieve": Can(READ_PROJECT),
        "download": Can(READ_PROJECT),
        "thumbnail": Can(READ_PROJECT),
        "complete": Can(CREATE_ATTACHMENT),
        "destroy": Can(DELETE_ATTACHMENT),
        "restore": Can(DELETE_ATTACHMENT),
    }
    may_run_again = False

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.show(self._attachment(pk))

    @extend_schema(responses=LINK)
    def download(self, request: Request, pk: str) -> Response:
        """A link to the file, good for five minutes."""
        return _link(file_link(self._attachment(pk)))

    @extend_schema(responses=LINK)
    def thumbnail(self, request: Request, pk: str) -> Response:
        """A link to the thumbnail, good for five minutes; 404 if there is none."""
        return _link(thumbnail_link(self._attachment(pk)))

    def complete(self, request: Request, pk: str) -> Response:
        """Complete an upload: what has been stored is checked, and shown to others from now on."""
        attachment = complete_upload(actor=self.actor, attachment=self._attachment(pk))
        return self.show(attachment)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_attachment(
            actor=self.actor, attachment=self._attachment(pk), version=self.expected_version
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    def restore(self, request: Request, pk: str) -> Response:
        """Restore an attachment deleted in the last 30 days."""
        rows = Attachment.objects.visible_with_recently_deleted(self.actor)
        attachment = restore_attachment(
            actor=self.actor,
            attachment=self.find(rows.select_related("task__project"), pk),
            version=self.expected_version,
        )
        return self.show(attachment)

    def _attachment(self, pk: str) -> Attachment:
        attachment: Attachment = self.find(Attachment, pk)
        return attachment


@compiled
def files_on(task: Any) -> QuerySet[Attachment]:
    return Attachment.objects.shown().filter(task=task)


def _link(url: str) -> Response:
    expires_at = timezone.now() + timedelta(seconds=LINK_SECONDS)
    return Response({"url": url, "expires_at": expires_at.isoformat()})
