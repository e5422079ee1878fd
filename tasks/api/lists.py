"""Lists of tasks of several projects, over HTTP."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.actor import person_in
from core.api.permissions import IsSignedIn
from core.documents.selection import Selection
from core.errors import Invalid
from core.queries import compiled
from tasks.api.documents import TaskDocument
from tasks.api.filters import EveryTaskFilters
from tasks.api.tags import TaggedByDay
from tasks.models import Task
from workspaces.models import Workspace


class ListedTasks(TaggedByDay):
    """A list of tasks wherever the person may read, or in the workspace named."""

    document = TaskDocument
    action_permissions: ClassVar = {"list": IsSignedIn()}
    filters = EveryTaskFilters
    query_params = ("workspace",)

    def named_workspace(self) -> Workspace | None:
        name = self.request.query_params.get("workspace")
        workspace: Workspace | None = self.find(Workspace, name) if name else None
        return workspace


class MyTasks(ListedTasks):
    """The open tasks that are assigned to the person asking."""

    orderings = ("due_date",)
    order_columns: ClassVar = {"due_date": "pending_due"}

    def list(self, request: Request) -> Response:
        """The open tasks assigned to the person asking; by due date, those without one last."""
        found = Selection(assigned_to, actor=self.actor)
        if workspace := self.named_workspace():
            found = found.filter((("workspace", workspace.pk),))
        return self.show_list(found)


class RecentTasks(ListedTasks):
    """The tasks of a workspace that the person may read."""

    orderings = ("-updated_at",)
    has_list_tag = True

    def list(self, request: Request) -> Response:
        """The tasks of a workspace, those changed last first."""
        workspace = self.named_workspace()
        if workspace is None:
            raise Invalid(errors={"workspace": ["Name a workspace."]})
        found = Selection(changed_within, actor=self.actor, workspace=workspace.pk)
        return self.show_list(found, within=(Workspace, workspace.pk))


@compiled
def assigned_to(actor: Any) -> QuerySet[Task]:
    return Task.objects.visible_to(actor).filter(assignee=person_in(actor), is_complete=False)


@compiled
def changed_within(actor: Any, workspace: Any) -> QuerySet[Task]:
    return Task.objects.visible_to(actor).filter(workspace=workspace)
