"""Relations of a task over HTTP; dependencies block it, dependents are blocked by it."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Choice, Input, Visible
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.errors import NotFound
from core.models import as_uuid
from core.queries import Compiled, compiled
from projects.rights import READ_PROJECT
from tasks.api.relation_documents import RelationDocument
from tasks.models import RelatedAs, Relation, RelationKind, Task
from tasks.rights import UPDATE_TASK
from tasks.services.relations import add_relation, remove_relation


class NewRelation(Input):
    """What the task is to another one of the workspace, such as BLOCKED_BY."""

    kind = Choice(RelatedAs)
    task_id = Visible(Task)

    class Meta:
        also: ClassVar = {"task": "task_id"}


class NewDependency(Input):
    """A task of the workspace that has to be complete first."""

    depends_on = Visible(Task)

    class Meta:
        also: ClassVar = {"task_id": "depends_on", "depends_on_id": "depends_on"}


@compiled
def relations_of(actor: Any, task: Any) -> QuerySet[Relation]:
    return Relation.objects.visible_to(actor).of_task(task)


@compiled
def dependencies_of(actor: Any, task: Any) -> QuerySet[Relation]:
    return Relation.objects.visible_to(actor).filter(target=task, kind=RelationKind.BLOCKS)


@compiled
def dependents_of(actor: Any, task: Any) -> QuerySet[Relation]:
    return Relation.objects.visible_to(actor).filter(source=task, kind=RelationKind.BLOCKS)


class RelationViewSet(ServiceViewSet):
    """Listing, adding and removing relations of one task."""

    document = RelationDocument
    has_dry_run = True
    action_permissions: ClassVar = {
        "list": Can(READ_PROJECT),
        "create": Can(UPDATE_TASK),
        "remove": Can(UPDATE_TASK),
    }
    has_list_tag = True
    orderings = ("created_at",)
    listed: ClassVar[Compiled]

    @property
    def values(self) -> dict[str, Any]:
        return {**super().values, "task": as_uuid(self.kwargs["pk"])}

    def list(self, request: Request, pk: str) -> Response:
        task = self.find(Task, pk)
        relations = Selection(self.listed, actor=self.actor, task=task.pk)
        return self.show_list(relations, within=(Task, task.pk))

    def add(self, task: Task, kind: str, other: Task) -> Response:
        relation = add_relation(actor=self.actor, task=task, other=other, kind=RelatedAs(kind))
        return self.show(relation, status=status.HTTP_201_CREATED)

    def end(self, of_task: str, **named: Any) -> Response:
        task = self.find(Task, of_task)
        rows = Relation.objects.visible_to(self.actor).of_task(task).filter(**named)
        relation = rows.select_related("source", "target").first()
        if relation is None:
            raise NotFound
        remove_relation(actor=self.actor, task=task, relation=relation)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TaskRelations(RelationViewSet):
    """Everything a task has to do with others."""

    inputs: ClassVar = {"create": NewRelation}
    listed = relations_of

    def create(self, request: Request, pk: str) -> Response:
        task = self.find(Task, pk)
        body = self.read_input()
        return self.add(task, body["kind"], body["task_id"])

    @extend_schema(responses={204: None})
    def remove(self, request: Request, pk: str, relation: str) -> Response:
        """Remove a relation, of which nothing is left but its events."""
        return self.end(pk, pk=as_uuid(relation))


class TaskDependencies(RelationViewSet):
    """The tasks that have to be complete before this one."""

    inputs: ClassVar = {"create": NewDependency}
    listed = dependencies_of

    def create(self, request: Request, pk: str) -> Response:
        task = self.find(Task, pk)
        return self.add(task, RelatedAs.BLOCKED_BY, self.read_input()["depends_on"])

    @extend_schema(responses={204: None})
    def remove(self, request: Request, pk: str, blocker: str) -> Response:
        """No longer wait for this task."""
        return self.end(pk, target=as_uuid(pk), source=as_uuid(blocker), kind=RelationKind.BLOCKS)


class TaskDependents(RelationViewSet):
    """The tasks that wait for this one."""

    listed = dependents_of
