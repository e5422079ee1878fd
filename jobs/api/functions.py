"""The console of background functions over HTTP, for staff."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import CharFilter, ChoiceFilter
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.filters import Filters
from core.api.viewsets import ServiceViewSet
from core.documents.fields import Document
from core.documents.selection import Selection
from core.errors import NotFound
from core.functions import LONGEST_NAME
from core.limits import Limit, take
from core.queries import compiled
from identity.api.staff import StaffWith
from jobs.models import FunctionRun, RunState, RunTrigger
from jobs.services.functions.figures import all_figures, figures_of
from jobs.services.functions.requests import replay_run, request_run

REQUESTS = Limit("runs of functions that staff ask for", 60, 60)
MAY_VIEW = StaffWith("jobs.view_functionrun")
MAY_RUN = StaffWith("jobs.change_functionrun")


class TriggerDocument(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["BEAT", "RELAY", "EVENT"])
    words = serializers.CharField()


class FunctionDocument(serializers.Serializer[Any]):
    """A function that runs in the background, and how it went.

    `runs` and `failures` are counted since the first run, and may be ten seconds late. `waiting`
    runs have been asked for and not ended; `failed` ones can be replayed.
    """

    name = serializers.CharField()
    app = serializers.CharField()
    description = serializers.CharField()
    triggers = TriggerDocument(many=True)
    may_run_now = serializers.BooleanField()
    runs = serializers.IntegerField()
    failures = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    milliseconds = serializers.IntegerField(allow_null=True)
    failed_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField()
    waiting = serializers.IntegerField()
    failed = serializers.IntegerField()


@extend_schema_field(
    {
        "type": "object",
        "description": "Ids and codes; which ones, depends on the function.",
        "additionalProperties": True,
    }
)
class RunPayload(serializers.JSONField):
    """The payload, without personal data."""


class FunctionRunDocument(Document):
    """A run that an event or staff asked for, or one by a schedule that failed or was slow.

    `error` is that of the last attempt that failed; `milliseconds` how long the last one took.
    """

    id = serializers.UUIDField()
    function = serializers.CharField()
    trigger = serializers.ChoiceField(RunTrigger.choices)
    state = serializers.ChoiceField(RunState.choices)
    payload = RunPayload()
    order_key = serializers.CharField()
    attempts = serializers.IntegerField()
    error = serializers.CharField()
    next_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    milliseconds = serializers.IntegerField(allow_null=True)
    requested_by_id = serializers.UUIDField(allow_null=True)
    replay_of_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = FunctionRun


class RunFilters(Filters):
    function = CharFilter(max_length=LONGEST_NAME)
    state = ChoiceFilter(choices=RunState.choices)
    trigger = ChoiceFilter(choices=RunTrigger.choices)


class Functions(ServiceViewSet):
    """Every function that runs in the background."""

    document = FunctionRunDocument
    outputs: ClassVar = {"every": FunctionDocument, "retrieve": FunctionDocument}
    action_permissions: ClassVar = {"every": MAY_VIEW, "retrieve": MAY_VIEW, "run": MAY_RUN}

    @extend_schema(responses={200: FunctionDocument(many=True)})
    def every(self, request: Request) -> Response:
        """All functions by name. Staff only."""
        return Response([each.as_document() for each in all_figures()])

    @extend_schema(responses={200: FunctionDocument})
    def retrieve(self, request: Request, name: str) -> Response:
        """One function; its runs are at `/api/ops/runs?function=`. Staff only."""
        found = figures_of(name)
        if found is None:
            raise NotFound
        return Response(found.as_document())

    @extend_schema(request=None, responses={201: FunctionRunDocument, 200: FunctionRunDocument})
    def run(self, request: Request, name: str) -> Response:
        """Have a worker or a relay run it soon: 201, or 200 with a run that has not ended yet."""
        take(REQUESTS, str(self.actor.person_id))
        return _shown(self, request_run(actor=self.actor, name=name))


class FunctionRuns(ServiceViewSet):
    """Runs of functions."""

    document = FunctionRunDocument
    filters = RunFilters
    action_permissions: ClassVar = {"list": MAY_VIEW, "retrieve": MAY_VIEW, "replay": MAY_RUN}

    def list(self, request: Request) -> Response:
        """Runs of the last 30 days, the newest first. Staff only."""
        return self.show_list(Selection(all_runs))

    def retrieve(self, request: Request, pk: str) -> Response:
        """One run. Staff only."""
        return self.show(self._found(pk))

    @extend_schema(request=None, responses={201: FunctionRunDocument, 200: FunctionRunDocument})
    def replay(self, request: Request, pk: str) -> Response:
        """Run what failed again: 201 with a new run, or 200 with its replay that has not ended.

        409 `not_failed`, or `already_replayed`: then `run` is the id of that replay.
        """
        take(REQUESTS, str(self.actor.person_id))
        return _shown(self, replay_run(actor=self.actor, run=self._found(pk)))

    def _found(self, pk: str) -> FunctionRun:
        run: FunctionRun = self.find_among(FunctionRun.objects.all(), pk)
        return run


def _shown(view: ServiceViewSet, found: tuple[FunctionRun, bool]) -> Response:
    run, is_new = found
    return view.show(run, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


@compiled
def all_runs() -> QuerySet[FunctionRun]:
    return FunctionRun.objects.all()
