"""The files that a person imports from, over HTTP."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import read_body
from core.api.forms import FormWithFile, is_form
from core.api.parsers import BoundedJson
from core.api.permissions import Can, IsSignedIn
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.limits import Limit, take
from core.queries import compiled
from imports.api.documents import ImportFileDocument, ImportPreview, NewImportFileDocument
from imports.api.inputs import NewImportFile, PreviewAsked, SentImportFile
from imports.models import ImportFile
from imports.rights import CREATE_IMPORT
from imports.services.files import (
    begin_import_file,
    complete_import_file,
    delete_import_file,
    upload_import_file,
)
from imports.services.previews import preview_import
from workspaces.models import Workspace
from workspaces.rights import READ_WORKSPACE

BODIES = {"application/json": NewImportFile, "multipart/form-data": SentImportFile}
PREVIEWS = Limit("previews of imports", 30, 60)


class WorkspaceImportFiles(ServiceViewSet):
    """The person's own files in a workspace."""

    document = ImportFileDocument
    inputs: ClassVar = {"create": NewImportFile}
    outputs: ClassVar = {"create": NewImportFileDocument}
    action_permissions: ClassVar = {"list": Can(READ_WORKSPACE), "create": Can(CREATE_IMPORT)}
    parser_classes = [BoundedJson, FormWithFile]
    streams_forms = True
    # A file is stored before rows are locked, and would be stored again.
    may_run_again = False

    def list(self, request: Request, pk: str) -> Response:
        """One's own files to import from, the newest first."""
        workspace = self._workspace(pk)
        return self.show_list(Selection(files_in, actor=self.actor, workspace=workspace.pk))

    @extend_schema(request=BODIES)
    def create(self, request: Request, pk: str) -> Response:
        """Add a file to import from: a form with the file, or JSON that announces one.

        What is announced is stored by the request in `upload`, then completed.
        """
        workspace = self._workspace(pk)
        if is_form(request):
            sent = read_body(SentImportFile, request, actor=self.actor)["file"]
            file = upload_import_file(
                actor=self.actor, workspace=workspace, file_name=sent.name, content=sent
            )
        else:
            file = begin_import_file(actor=self.actor, workspace=workspace, **self.read_input())
        return self.show(file, status=status.HTTP_201_CREATED)

    def _workspace(self, pk: str) -> Workspace:
        workspace: Workspace = self.find(Workspace, pk)
        return workspace


class ImportFiles(ServiceViewSet):
    """Single files; those of other people are not found."""

    document = ImportFileDocument
    inputs: ClassVar = {"preview": PreviewAsked}
    outputs: ClassVar = {"preview": ImportPreview}
    action_permissions: ClassVar = {
        "retrieve": IsSignedIn(),
        "complete": Can(CREATE_IMPORT),
        "preview": Can(CREATE_IMPORT),
        "destroy": IsSignedIn(),
    }
    may_run_again = False

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.show(self._file(pk))

    @extend_schema(request=None)
    def complete(self, request: Request, pk: str) -> Response:
        """Complete an upload: what has been stored is checked, and can be imported."""
        return self.show(complete_import_file(actor=self.actor, file=self._file(pk)))

    @extend_schema(responses={200: ImportPreview})
    def preview(self, request: Request, pk: str) -> Response:
        """What the file is, and its first rows as they would be imported; nothing is stored."""
        file, asked = self._file(pk), self.read_input()
        take(PREVIEWS, str(self.actor.person_id))
        found = preview_import(
            actor=self.actor,
            file=file,
            source=asked.get("source", ""),
            options=asked.get("options", {}),
        )
        return Response(ImportPreview(found).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_import_file(actor=self.actor, file=self._file(pk), version=self.expected_version)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _file(self, pk: str) -> ImportFile:
        """One's own; NotFound for any other, even if it exists."""
        file: ImportFile = self.find_among(ImportFile.objects.visible_to(self.actor), pk)
        self.check_object_permissions(self.request, file)
        return file


@compiled
def files_in(actor: Any, workspace: Any) -> QuerySet[ImportFile]:
    return ImportFile.objects.visible_to(actor).filter(workspace=workspace)
