"""Saved filters over HTTP, and the parameters they hold."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.documents import Person
from accounts.api.people import person_named
from core.api.fields import Input, Name
from core.api.filters import EnumFilter
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.fields import Document
from core.documents.selection import Selection
from core.errors import Invalid
from core.queries import compiled
from projects.models import Project, columns_of
from projects.rights import READ_PROJECT
from tasks.api.filters import ORDERINGS, TaskFilters
from tasks.models import SavedFilter, labels_of
from tasks.services.saved_filters import delete_filter, save_filter, update_filter

LONGEST_PARAMETER, MOST_VALUES = 200, 20
PEOPLE = ("assignee", "created_by")
ORDERS = [sign + name.removeprefix("-") for name in ORDERINGS for sign in ("", "-")]


class FilterParameters(serializers.Serializer[Any]):
    """Query parameters of a project's list of tasks; several values of an enum are a list."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = {name: _field(one) for name, one in TaskFilters.base_filters.items()}
        return {**fields, "ordering": serializers.ChoiceField(ORDERS, required=False)}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        given = data if isinstance(data, Mapping) else {}
        unknown = [name for name in given if name not in self.fields]
        if unknown:
            raise ValidationError({str(name)[:100]: ["Unknown parameter."] for name in unknown})
        values: dict[str, Any] = super().to_internal_value(data)
        TaskFilters.cleaned(as_query(values))
        return values


def _field(declared: Any) -> serializers.Field[Any, Any, Any, Any]:
    if isinstance(declared, EnumFilter):
        words = serializers.CharField(max_length=LONGEST_PARAMETER)
        return serializers.ListField(child=words, max_length=MOST_VALUES, required=False)
    return serializers.CharField(max_length=LONGEST_PARAMETER, required=False)


class FilterFields(Input):
    parameters = FilterParameters(required=False)
    is_shared = serializers.BooleanField(
        required=False, help_text="Whether everybody who may read the project sees it."
    )


class NewFilter(FilterFields):
    """A filter of one's own, or one shared with the project."""

    name = Name(max_length=80)
    parameters = FilterParameters()


class FilterChanges(FilterFields):
    name = Name(max_length=80, required=False)


class SavedFilterDocument(Document):
    """A filter; `?filter=` with its id applies it to the list of the project's tasks."""

    id = serializers.UUIDField()
    project_id = serializers.UUIDField()
    name = serializers.CharField()
    parameters = serializers.DictField()
    is_shared = serializers.BooleanField()
    owner = Person()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = SavedFilter


class ProjectFilters(ServiceViewSet):
    """The filters of a project that the person sees."""

    document = SavedFilterDocument
    inputs: ClassVar = {"create": NewFilter}
    has_dry_run = True
    action_permissions: ClassVar = {"list": Can(READ_PROJECT), "create": Can(READ_PROJECT)}
    has_list_tag = True
    orderings = ("name",)

    def list(self, request: Request, pk: str) -> Response:
        """The person's own filters, and those shared with the project."""
        project = self.find(Project, pk)
        filters = Selection(filters_of, actor=self.actor, project=project.pk)
        return self.show_list(filters, within=(Project, project.pk))

    def create(self, request: Request, pk: str) -> Response:
        """Save a filter; sharing it takes the right to create tasks."""
        project = self.find(Project, pk)
        fields = self.read_input()
        _check_names(project.pk, fields["parameters"], "parameters")
        saved = save_filter(actor=self.actor, project=project, **fields)
        return self.show(saved, status=status.HTTP_201_CREATED)


class SavedFilters(ServiceViewSet):
    """Single filters: one's own, and shared ones."""

    document = SavedFilterDocument
    inputs: ClassVar = {"update": FilterChanges, "partial_update": FilterChanges}
    has_dry_run = True
    action_permissions: ClassVar = {
        "retrieve": Can(READ_PROJECT),
        "update": Can(READ_PROJECT),
        "partial_update": Can(READ_PROJECT),
        "destroy": Can(READ_PROJECT),
    }

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.show(self.find(SavedFilter, pk))

    def update(self, request: Request, pk: str) -> Response:
        """Change a filter; of a shared one, whoever may create tasks in the project."""
        saved = self.find(SavedFilter, pk)
        changes = self.read_input()
        _check_names(saved.project_id, changes.get("parameters", {}), "parameters")
        changed = update_filter(
            actor=self.actor, saved_filter=saved, changes=changes, version=self.expected_version
        )
        return self.show(changed)

    partial_update = update

    def destroy(self, request: Request, pk: str) -> Response:
        saved = self.find(SavedFilter, pk)
        delete_filter(actor=self.actor, saved_filter=saved, version=self.expected_version)
        return Response(status=status.HTTP_204_NO_CONTENT)


def as_query(parameters: dict[str, Any]) -> QueryDict:
    """The parameters as those of a request."""
    query = QueryDict(mutable=True)
    for name, value in parameters.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


def apply(saved: SavedFilter, request: Request) -> None:
    """Add the parameters of the filter to those of the request, which count more."""
    given = request.query_params
    parameters = {n: value for n, value in saved.parameters.items() if n not in given}
    _check_names(saved.project_id, parameters, "filter")
    merged = as_query(parameters)
    merged.update(given)
    vars(request)["_request"].GET = merged


def _check_names(project: Any, parameters: dict[str, Any], field: str) -> None:
    """Invalid if the parameters name a column, label or person that is not there any more."""
    key = parameters.get("status", "")
    gone = []
    if key and key.casefold() not in {c.key.casefold() for c in columns_of.rows(project=project)}:
        gone.append(f"status: the project has no column “{key}”.")
    label = parameters.get("label", "").casefold()
    labels = labels_of.rows(project=project) if label else ()
    if label and not any(label in (each.name.casefold(), str(each.pk)) for each in labels):
        gone.append(f"label: the project has no label “{parameters['label']}”.")
    for name in PEOPLE:
        value = parameters.get(name) or "none"
        if value not in ("me", "none") and not person_named(value):
            gone.append(f"{name}: there is no such person.")
    if gone:
        raise Invalid(errors={field: gone})


@compiled
def filters_of(actor: Any, project: Any) -> QuerySet[SavedFilter]:
    return SavedFilter.objects.visible_to(actor).filter(project=project)
