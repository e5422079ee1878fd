"""The labels of a project, over HTTP."""

from typing import ClassVar

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Input, Name
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from projects.models import Project, check_color
from projects.rights import CREATE_TASK, READ_PROJECT
from tasks.api.documents import LabelDocument
from tasks.models import Label, labels_of
from tasks.services.labels import add_label, delete_label, update_label


class NewLabel(Input):
    name = Name(max_length=50)
    color = serializers.CharField(
        max_length=7, required=False, validators=[check_color], help_text="Such as #3b82f6."
    )


class LabelChanges(NewLabel):
    name = Name(max_length=50, required=False)


class ProjectLabels(ServiceViewSet):
    """The labels of one project, by name."""

    has_dry_run = True
    document = LabelDocument
    inputs: ClassVar = {"create": NewLabel}
    action_permissions: ClassVar = {"list": Can(READ_PROJECT), "create": Can(CREATE_TASK)}
    has_list_tag = True
    orderings = ("name",)

    def list(self, request: Request, pk: str) -> Response:
        project = self.find(Project, pk)
        labels = Selection(labels_of, project=project.pk)
        return self.show_list(labels, within=(Project, project.pk))

    def create(self, request: Request, pk: str) -> Response:
        project = self.find(Project, pk)
        label = add_label(actor=self.actor, project=project, **self.read_input())
        return self.show(label, status=status.HTTP_201_CREATED)


class Labels(ServiceViewSet):
    """Single labels."""

    has_dry_run = True
    document = LabelDocument
    inputs: ClassVar = {"update": LabelChanges, "partial_update": LabelChanges}
    action_permissions: ClassVar = {
        "retrieve": Can(READ_PROJECT),
        "update": Can(CREATE_TASK),
        "partial_update": Can(CREATE_TASK),
        "destroy": Can(CREATE_TASK),
    }

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.show(self._label(pk))

    def update(self, request: Request, pk: str) -> Response:
        changed = update_label(
            actor=self.actor,
            label=self._label(pk),
            changes=self.read_input(),
            version=self.expected_version,
        )
        return self.show(changed)

    partial_update = update

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a label; tasks lose it."""
        delete_label(actor=self.actor, label=self._label(pk), version=self.expected_version)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _label(self, pk: str) -> Label:
        label: Label = self.find(Label, pk)
        return label
