"""Tasks found by their key, and what gives them another one: a copy, another project."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Input, Name, Visible
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.api.visibility import find_visible
from core.errors import NotFound
from core.queries import compiled
from projects.models import Project
from projects.rights import CREATE_TASK, READ_PROJECT
from tasks.api.documents import TaskDocument
from tasks.models import FormerKey, Task, key_of
from tasks.rights import UPDATE_TASK
from tasks.services.copies import copy_task, number_copied
from tasks.services.limits import count_new_tasks
from tasks.services.transfers import transfer_task
from workspaces.models import Workspace


class Copy(Input):
    """A copy of a task, by default under the same title and with its sub-tasks."""

    title = Name(max_length=255, required=False)
    with_subtasks = serializers.BooleanField(required=False)


class OtherProject(Input):
    """Where a task goes: another project of its workspace."""

    project_id = Visible(Project, source="project")

    class Meta:
        also: ClassVar = {"project": "project_id"}


class TaskCopies(ServiceViewSet):
    """Copies of a task, and its move to another project."""

    document = TaskDocument
    has_dry_run = True
    inputs: ClassVar = {"create": Copy, "transfer": OtherProject}
    action_permissions: ClassVar = {"create": Can(CREATE_TASK), "transfer": Can(UPDATE_TASK)}

    def create(self, request: Request, pk: str) -> Response:
        """Copy a task; comments and files are not copied."""
        task: Task = self.find(Task, pk)
        wanted = self.read_input()
        tasks, place = number_copied(task, **wanted), task.workspace_id
        self.count_once(lambda: count_new_tasks(actor=self.actor, workspace_id=place, tasks=tasks))
        copy = copy_task(actor=self.actor, task=task, **wanted)
        return self.show(copy, status=status.HTTP_201_CREATED)

    def transfer(self, request: Request, pk: str) -> Response:
        """Move a task with its sub-tasks to another project, where they get new keys."""
        task: Task = self.find(Task, pk)
        moved = transfer_task(
            actor=self.actor, task=task, version=self.expected_version, **self.read_input()
        )
        return self.show(moved)


class TasksByKey(ServiceViewSet):
    """A task by its key, such as `ENG-12`."""

    document = TaskDocument
    action_permissions: ClassVar = {"retrieve": Can(READ_PROJECT)}

    @extend_schema(
        responses={200: TaskDocument, 308: OpenApiResponse(description="It has another key now.")}
    )
    def retrieve(self, request: Request, pk: str, key: str) -> Response:
        """The task with this key, in any case; a former key leads to the present one."""
        workspace = find_visible(Workspace, pk, actor=self.actor)
        if not (parts := key_of(key)):
            raise NotFound
        wanted = {"workspace": workspace.pk, "key": parts.project, "number": parts.number}
        if found := task_by_key.first(**wanted):
            return self.show(self.find(Task, str(found)))
        if moved := task_by_former_key.first(**wanted):
            task = self.find(Task, str(moved))
            where = f"/api/workspaces/{pk}/tasks/{task.spoken_key}"
            return Response(status=status.HTTP_308_PERMANENT_REDIRECT, headers={"Location": where})
        raise NotFound


@compiled
def task_by_key(workspace: Any, key: Any, number: Any) -> QuerySet[Any]:
    rows = Task.objects.filter(project__workspace=workspace, project__key=key, number=number)
    return rows.values_list("pk", flat=True)


@compiled
def task_by_former_key(workspace: Any, key: Any, number: Any) -> QuerySet[Any]:
    rows = FormerKey.objects.filter(project__workspace=workspace, project__key=key, number=number)
    return rows.values_list("task", flat=True)
