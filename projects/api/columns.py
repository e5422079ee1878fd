"""The columns of a project's board and the moves between them, over HTTP."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.api.visibility import find_visible
from core.documents.selection import Selection
from core.queries import compiled
from projects.api.column_inputs import (
    ColumnChanges,
    ColumnOrder,
    Moves,
    NewColumn,
    Successor,
    find_columns,
)
from projects.api.documents import StatusDocument, TransitionDocument
from projects.models import Project, Status, Transition, columns_of
from projects.rights import MANAGE_WORKFLOW, READ_PROJECT
from projects.services.columns import (
    add_column,
    delete_column,
    reorder_columns,
    update_column,
)
from projects.services.transitions import set_transitions


class ProjectStatuses(ServiceViewSet):
    """The columns of a project."""

    has_dry_run = True
    document = StatusDocument
    inputs: ClassVar = {
        "create": NewColumn,
        "update": ColumnChanges,
        "partial_update": ColumnChanges,
        "reorder": ColumnOrder,
    }
    action_permissions: ClassVar = {
        "list": Can(READ_PROJECT),
        "create": Can(MANAGE_WORKFLOW),
        "retrieve": Can(READ_PROJECT),
        "update": Can(MANAGE_WORKFLOW),
        "partial_update": Can(MANAGE_WORKFLOW),
        "destroy": Can(MANAGE_WORKFLOW),
        "reorder": Can(MANAGE_WORKFLOW),
    }
    queries: ClassVar = {"destroy": Successor}
    has_list_tag = True
    orderings = ("position",)

    def list(self, request: Request, pk: str) -> Response:
        project = self.find(Project, pk)
        columns = Selection(columns_of, project=project.pk)
        return self.show_list(columns, within=(Project, project.pk))

    def create(self, request: Request, pk: str) -> Response:
        """Add a column at the end of the board."""
        project = self.find(Project, pk)
        column = add_column(actor=self.actor, project=project, **self.read_input())
        return self.show(column, status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: str, column: str) -> Response:
        return self.show(self._column(pk, column))

    def update(self, request: Request, pk: str, column: str) -> Response:
        """Change a column. Its key stays; a new category is that of the tasks in it as well."""
        changed = update_column(
            actor=self.actor,
            column=self._column(pk, column),
            changes=self.read_input(),
            version=self.expected_version,
        )
        return self.show(changed)

    partial_update = update

    def destroy(self, request: Request, pk: str, column: str) -> Response:
        """Delete a column; the tasks in it move to the one that `move_to` names."""
        found = self._column(pk, column)
        named = [name] if (name := self.read_query().get("move_to")) else []
        delete_column(
            actor=self.actor,
            column=found,
            move_to=next(iter(find_columns(found.project_id, named, field="move_to")), None),
            version=self.expected_version,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={200: StatusDocument(many=True)})
    def reorder(self, request: Request, pk: str) -> Response:
        """Put the columns into another order."""
        project = self.find(Project, pk)
        order = find_columns(project.pk, self.read_input()["order"], field="order")
        reorder_columns(actor=self.actor, project=project, order=order)
        return self.show_all(Selection(columns_of, project=project.pk))

    def _column(self, pk: str, column: str) -> Status:
        """The column of this project; that of another one is not found."""
        project = find_visible(Project, pk, actor=self.actor)
        found: Status = self.find_among(Status.objects.filter(project=project), column)
        found.project = project
        self.check_object_permissions(self.request, found)
        return found


class ProjectTransitions(ServiceViewSet):
    """The moves between columns that a project allows; all, if it has none."""

    has_dry_run = True
    document = TransitionDocument
    inputs: ClassVar = {"replace": Moves}
    action_permissions: ClassVar = {"list": Can(READ_PROJECT), "replace": Can(MANAGE_WORKFLOW)}
    has_list_tag = True
    orderings = ("created_at",)

    def list(self, request: Request, pk: str) -> Response:
        project = self.find(Project, pk)
        moves = Selection(moves_of, project=project.pk)
        return self.show_list(moves, within=(Project, project.pk))

    @extend_schema(responses={200: TransitionDocument(many=True)})
    def replace(self, request: Request, pk: str) -> Response:
        """Allow these moves and no others; with an empty list, all of them."""
        project = self.find(Project, pk)
        moves = self.read_input()["transitions"]
        sources, targets = (
            find_columns(project.pk, [move[end] for move in moves], field="transitions")
            for end in ("from_status", "to_status")
        )
        set_transitions(actor=self.actor, project=project, moves=zip(sources, targets, strict=True))
        return self.show_all(Selection(moves_of, project=project.pk))


@compiled
def moves_of(project: Any) -> QuerySet[Transition]:
    return Transition.objects.filter(project=project)
