"""Tasks over HTTP."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.abilities import Asked, Verdict, verdict
from core.api.past import is_past_wanted
from core.api.permissions import Can
from core.documents.selection import Selection
from core.models import as_uuid
from core.queries import compiled
from projects.models import Project
from projects.rights import CREATE_TASK, READ_PROJECT
from tasks.api.documents import Deleted, TaskDocument
from tasks.api.filters import ORDER_COLUMNS, ORDERINGS, TaskFilters
from tasks.api.groups import GROUPS_SCHEMA, ListAsked, with_groups
from tasks.api.inputs import NewPlace, NewTask, NewTaskIn, NextStatus, TaskChanges, TasksNamed
from tasks.api.past import AsOf, PastTask, shown_as_of
from tasks.api.saved_filters import apply
from tasks.api.tags import TaggedByDay
from tasks.models import SavedFilter, Task
from tasks.rights import DELETE_TASK, MOVE_TASK, TASK_ABILITIES, TRANSITION_TASK, UPDATE_TASK
from tasks.services.columns import column_called
from tasks.services.deletion import restore_task
from tasks.services.limits import count_new_tasks
from tasks.services.moves import Place, move_task
from tasks.services.names import with_rows
from tasks.services.tasks import (
    create_task,
    delete_task,
    delete_tasks,
    transition_task,
    update_task,
)


class TaskViewSet(TaggedByDay):
    """Finding, reading and creating tasks, as all views of tasks need it."""

    has_dry_run = merges = True
    document = TaskDocument

    def find_task(self, pk: str) -> Task:
        task: Task = self.find(Task, pk)
        return task

    def find_project(self, pk: str) -> Project:
        project: Project = self.find(Project, pk)
        return project

    def read_task(self, project_named: str | None = None) -> tuple[Project, dict[str, Any]]:
        """The project, named in the path or the body, and the fields with `status` as a row."""
        project = self.find_project(project_named) if project_named else None
        fields = self.read_input()
        project = project or self.find_project(fields.pop("project_id"))
        return project, with_rows(project, fields)

    def create_in(self, project: Project, fields: dict[str, Any]) -> Response:
        place = project.workspace_id
        self.count_once(lambda: count_new_tasks(actor=self.actor, workspace_id=place))
        task = create_task(actor=self.actor, project=project, **fields)
        return self.show(
            task,
            status=status.HTTP_201_CREATED,
            message="Task created successfully",
        )


class ProjectTasks(TaskViewSet):
    """The tasks of one project."""

    inputs: ClassVar = {"create": NewTask}
    action_permissions: ClassVar = {"list": Can(READ_PROJECT), "create": Can(CREATE_TASK)}
    queries: ClassVar = {"list": ListAsked}
    more_meta: ClassVar = GROUPS_SCHEMA
    filters = TaskFilters
    has_list_tag = True
    orderings = ORDERINGS
    order_columns: ClassVar = ORDER_COLUMNS
    query_params = ("filter",)

    def list(self, request: Request, pk: str) -> Response:
        """The tasks of one project; with `deleted=true` those the person can restore.

        By `due_date` those without one come last, by `priority` LOW comes first; “-” is the
        opposite way.
        """
        if self.wants_deleted:
            gone = Task.objects.restorable_by(self.actor)
            return self.show_list(gone.filter(project=self.find_project(pk)))
        if name := request.query_params.get("filter"):
            filters = SavedFilter.objects.visible_to(self.actor).with_standing_of(self.actor)
            apply(self.find(filters.filter(project=as_uuid(pk)), name), request)
        # Rows of `visible_to` may be read, so the project is only checked if the list is empty.
        project = as_uuid(pk)
        found = Selection(tasks_of, actor=self.actor, project=project)
        tasks = self.show_list(found, within=(Project, project))
        if tasks.data and request.query_params.get("group"):
            tasks.data = with_groups(tasks.data, self._filtered(found), self.read_query()["group"])
        # Also found if the workspace was never opened: that records its opening.
        if self.actor.unopened or (tasks.data and not tasks.data.data):
            self.find_project(pk)
        return tasks

    def create(self, request: Request, pk: str) -> Response:
        return self.create_in(*self.read_task(pk))


class Tasks(TaskViewSet):
    """Single tasks of any project."""

    inputs: ClassVar = {
        "create": NewTaskIn,
        "update": TaskChanges,
        "partial_update": TaskChanges,
        "transition": NextStatus,
        "move": NewPlace,
        "destroy_many": TasksNamed,
    }
    outputs: ClassVar = {"destroy_many": Deleted, "can": Verdict}
    queries: ClassVar = {"can": Asked, "retrieve": AsOf}
    past_outputs: ClassVar = {"retrieve": PastTask}
    action_permissions: ClassVar = {
        "create": Can(CREATE_TASK),
        "retrieve": Can(READ_PROJECT),
        "update": Can(UPDATE_TASK),
        "partial_update": Can(UPDATE_TASK),
        "transition": Can(TRANSITION_TASK),
        "move": Can(MOVE_TASK),
        "can": Can(READ_PROJECT),
        "destroy": Can(DELETE_TASK),
        "destroy_many": Can(DELETE_TASK),
        "restore": Can(DELETE_TASK),
    }

    def create(self, request: Request) -> Response:
        return self.create_in(*self.read_task())

    def retrieve(self, request: Request, pk: str) -> Response:
        """One task; with `as_of` as it was at that moment, without a tag."""
        if is_past_wanted(request):
            return shown_as_of("task", self, pk)
        # Rows of `visible_to` may be read, so only a missing one is checked further.
        if self.actor.unopened:  # finding the task records that its workspace was opened
            return self.show(self.find_task(pk))
        seen = self.show_chosen(Selection(task_of, actor=self.actor, task=as_uuid(pk)))
        return seen or self.show(self.find_task(pk))

    def update(self, request: Request, pk: str) -> Response:
        task = self.find_task(pk)
        changes = self.read_input(task=task)
        task = update_task(
            actor=self.actor,
            task=task,
            changes=with_rows(task.project, changes, was_complete=task.is_complete),
            version=self.expected_version,
        )
        return self.show(task, message="Task updated successfully")

    partial_update = update

    def transition(self, request: Request, pk: str) -> Response:
        """Move the task to another column."""
        task = self.find_task(pk)
        task = transition_task(
            actor=self.actor,
            task=task,
            status=column_called(task.project, self.read_input()["status"]),
            version=self.expected_version,
        )
        return self.show(task)

    def move(self, request: Request, pk: str) -> Response:
        """Move the task to a place in its column, or in another column."""
        task = self.find_task(pk)
        place = self.read_input()
        column = place.pop("status", None)
        task = move_task(
            actor=self.actor,
            task=task,
            place=Place(**place),
            status=column_called(task.project, column) if column else None,
            version=self.expected_version,
        )
        return self.show(task)

    def can(self, request: Request, pk: str) -> Response:
        """Whether the person may do `action` with the task, and if not, why."""
        action = self.read_query()["action"]
        return Response(verdict(TASK_ABILITIES, self.find_task(pk), self.actor, action))

    def destroy(self, request: Request, pk: str) -> Response:
        delete_task(actor=self.actor, task=self.find_task(pk), version=self.expected_version)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def restore(self, request: Request, pk: str) -> Response:
        """Restore a task deleted in the last 30 days."""
        tasks = Task.objects.visible_with_recently_deleted(self.actor).with_standing_of(self.actor)
        task = restore_task(
            actor=self.actor, task=self.find(tasks, pk), version=self.expected_version
        )
        return self.show(task)

    def destroy_many(self, request: Request) -> Response:
        """Delete all tasks named, or none of them."""
        named = set(self.read_input()["task_ids"])
        visible = Task.objects.visible_to(self.actor).with_standing_of(self.actor)
        tasks = list(visible.filter(pk__in=named))
        for unseen in named - {task.pk for task in tasks}:
            self.find(visible, str(unseen))  # raises NotFound, or why it is hidden
        for task in tasks:
            self.check_object_permissions(request, task)
        delete_tasks(actor=self.actor, tasks=tasks)
        return Response({"deleted": len(tasks)})


@compiled
def task_of(actor: Any, task: Any) -> QuerySet[Task]:
    return Task.objects.visible_to(actor).filter(pk=task)


@compiled
def tasks_of(actor: Any, project: Any) -> QuerySet[Task]:
    return Task.objects.visible_to(actor).filter(project=project)
