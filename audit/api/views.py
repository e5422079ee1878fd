"""The audit of a workspace over HTTP."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.documents import AuditEntryDocument
from audit.api.filters import EntryFilters
from audit.models import AuditEntry
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.queries import compiled
from workspaces.models import Workspace
from workspaces.rights import READ_AUDIT


class Entries(ServiceViewSet):
    """What significant or destructive was done in a workspace; never changed."""

    document = AuditEntryDocument
    action_permissions: ClassVar = {"list": Can(READ_AUDIT)}
    filters = EntryFilters
    orderings = ("-number",)

    def list(self, request: Request, pk: str) -> Response:
        """The workspace's chain, newest first; `manage.py audit` verifies it."""
        workspace = self.find(Workspace, pk)
        return self.show_list(Selection(entries_of, workspace=workspace.pk))


@compiled
def entries_of(workspace: Any) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(workspace_id=workspace, number__isnull=False)
