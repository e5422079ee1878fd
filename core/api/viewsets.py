"""Base viewset: an action finds the row, reads the input, calls a service, shows the document."""

from functools import cache
from typing import Any, ClassVar, cast

from django.db.models import Model, QuerySet
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core.actor import Actor
from core.api.actors import actor_of
from core.api.dry_runs import DRY_RUN
from core.api.envelope import Answer
from core.api.etags import etag, expected_version, is_known, list_tag
from core.api.fields import checked_body
from core.api.filters import Filters, is_switched_on
from core.api.idempotency import SAFE
from core.api.merging import MERGE, MERGING, given_values, shown_conflicts
from core.api.pagination import DEFAULT_LIMIT, PARAMETERS, Order, paginate
from core.api.permissions import IsSignedIn, Nobody
from core.api.public_ids import find_by_public_id
from core.api.replays import Condition, Touched, check_conditions, conditions_of
from core.api.transactions import OneTransaction
from core.api.visibility import find_visible
from core.documents.conditions import narrowed
from core.documents.fields import Document
from core.documents.pages import read_one
from core.documents.reading import Reading, Shown, show
from core.documents.selection import Selection, row_with, whole
from core.documents.states import state_within
from core.errors import NotFound, Stale
from core.merging import MergeBase


class ServiceViewSet(OneTransaction, GenericViewSet[Any]):
    """A resource, declared by attributes; those that are dictionaries are keyed by action.

    `action_permissions` has the permissions, `inputs` the serializers of bodies, `queries` those of
    query parameters, `outputs` the document or schema of the answer if it is not `document`,
    `past_outputs` that of the answer to `?as_of=`.
    `embedded` are the embeds shown without `?include=`; `embedded_in_one` are those added when the
    answer is a single object, because older clients put it into their lists, which show them.
    `order_columns` are the columns of orderings that are not named like them.
    `filters` are the query parameters that narrow the rows of the actions `filtered`.
    `alias` marks a second URL of a route. `has_list_tag` says that `list` gives `within` to
    `show_list`, `merges` that edits know `?merge=1`.
    """

    document: type[Document]
    action_permissions: ClassVar[dict[str, BasePermission]] = {}
    inputs: ClassVar[dict[str, type[serializers.Serializer[Any]]]] = {}
    outputs: ClassVar[dict[str, Any]] = {}
    past_outputs: ClassVar[dict[str, Any]] = {}
    filters: ClassVar[type[Filters] | None] = None
    filtered: ClassVar[tuple[str, ...]] = ("list",)
    orderings: ClassVar[tuple[str, ...]] = ("-created_at",)
    order_columns: ClassVar[dict[str, str]] = {}
    query_params: ClassVar[tuple[str, ...]] = ()
    queries: ClassVar[dict[str, type[serializers.Serializer[Any]]]] = {}
    embedded: tuple[str, ...] = ()
    embedded_in_one: tuple[str, ...] = ()
    default_limit: int = DEFAULT_LIMIT
    alias: bool = False
    has_list_tag: ClassVar[bool] = False
    merges: ClassVar[bool] = False
    kept_answers = frozenset({"POST", "PUT", "PATCH", "DELETE"})
    may_run_again = True

    _touched: list[Touched]
    """The rows this request is about, for `replay_conditions`."""
    _body: serializers.Serializer[Any]
    """The body that `read_input` has read."""

    @property
    def actor(self) -> Actor:
        """The actor; only for actions whose permission requires authentication."""
        return actor_of(self.request)

    @property
    def expected_version(self) -> int | None:
        """The version in `If-Match`; with `?merge=1` one that later changes can be merged with."""
        version = expected_version(self.request)
        if version is None or not is_switched_on(self.request, MERGE):
            return version
        return MergeBase(version, lambda: given_values(self._body))

    @property
    def values(self) -> dict[str, Any]:
        """Values of the request for the parameters of compiled documents, by name."""
        return {"actor": self.request.user.pk}  # None without authentication

    def get_permissions(self) -> list[Any]:
        if self.action is None:  # a method the route does not have: DRF answers 405
            return [IsSignedIn()]
        return [self.action_permissions.get(self.action, Nobody())]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._touched = []
        super().initial(request, *args, **kwargs)
        if self.action:
            self._check_query()

    def check_object_permissions(self, request: Request, obj: Any) -> None:
        super().check_object_permissions(request, obj)
        self._touched.append(Touched(type(obj), obj.pk, is_checked=True))

    def replay_conditions(self) -> list[Condition] | None:
        return conditions_of(self, self._touched)

    def check_replay(self, conditions: list[Condition]) -> None:
        check_conditions(self, conditions)

    def find(self, rows: type[Model] | QuerySet[Any], value: str) -> Any:
        """The visible row with this public id, on which the action's permission is checked."""
        row = find_visible(rows, value, actor=self.actor)
        self.check_object_permissions(self.request, row)
        return row

    def find_among(self, rows: QuerySet[Any], value: str) -> Any:
        """The row with this public id among `rows`; NotFound for any other, even if it exists."""
        row = find_by_public_id(rows, value)
        if row is None:
            raise NotFound
        return row

    def read_input(self, **context: Any) -> dict[str, Any]:
        """The validated body; raises ValidationError (400) with messages for each field."""
        form = self.inputs[self.action]
        self._body = checked_body(form, self.request, actor=self.actor, **context)
        return dict(self._body.validated_data)  # a copy, from which the view may take keys

    @property
    def wants_deleted(self) -> bool:
        """Whether the list is to show deleted rows (`RestorableWanted`)."""
        return "deleted" in self.request.query_params and self.read_query()["deleted"]

    def read_query(self) -> dict[str, Any]:
        """The validated parameters that `queries` declares for the action."""
        serializer = self.queries[self.action](data=self.request.query_params)
        serializer.is_valid(raise_exception=True)
        return cast("dict[str, Any]", serializer.validated_data)

    def show(
        self, row: Model, *, status: int = status.HTTP_200_OK, message: str | None = None
    ) -> Response:
        """The answer with the row's document, and its version as ETag."""
        self._touched.append(Touched(type(row), row.pk, is_checked=False))
        shown = read_one(self._reading(), row_with(row.pk))
        if shown is None:
            raise NotFound
        return _answer(shown, status, message)

    def show_chosen(self, row: Selection) -> Response | None:
        """The answer with the document of the chosen row, None if there is no such row."""
        shown = read_one(self._reading(), row.bound(whole))
        return _answer(shown) if shown else None

    def show_all(self, rows: Selection) -> Response:
        """The answer with the documents of rows of which there are few, in the first order."""
        order, chosen = self.orderings[0], rows.bound(whole)
        shown = show(self.document, chosen, order=order, values=self.values)
        return Response([each.document for each in shown])

    def show_list(
        self, rows: QuerySet[Any] | Selection, *, within: tuple[type[Model], Any] | None = None
    ) -> Response:
        """The answer with one page of documents, filtered and ordered by query parameters.

        `within` are the model and the id of a row, if the list depends on nothing but the workspace
        of that row. Then it has an ETag, and is 304 for a client that has it.
        """
        model, row = within or (None, None)
        if model and (tag := self._known_tag(model, row)):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
        page = paginate(
            self.document,
            self._filtered(rows),
            self.request,
            order=Order.of(self.request, self.orderings, self.order_columns),
            include=self._included(),
            default_limit=self.default_limit,
            values={**self.values, "within": row},
            within=model,
        )
        answer, headers = page.as_answer(self.request)
        if page.state is not None:
            headers["ETag"] = self._list_tag(page.state)
        return Response(answer, headers=headers)

    def _known_tag(self, model: type[Model], row: Any) -> str | None:
        """The tag of the list as it is now if the client has it, without reading the list."""
        if "HTTP_IF_NONE_MATCH" not in self.request.META or self.actor.unopened:
            return None  # the first access to a workspace is recorded, so it is a real one
        tag = self._current_tag(model, row)
        return tag if is_known(tag, self.request) else None

    def _current_tag(self, model: type[Model], row: Any) -> str:
        """The tag that an answer has which is read after it; "" for a row that is not seen."""
        state = state_within(model).first(actor=self.actor, within=row)
        return self._list_tag(state) if state else ""

    def _list_tag(self, state: str) -> str:
        return list_tag(self.request, self.actor, self._reading().compiled.digest, state)

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, Stale) and isinstance(exc.row, Model):
            response.data["data"] = self.show(exc.row).data.data
            if exc.conflicts:
                response.data["conflicts"] = shown_conflicts(self._body, exc.conflicts)
        return response

    def get_serializer_class(self) -> type[serializers.Serializer[Any]]:
        """The input of the action; the browsable API fills its raw form from it."""
        return self.inputs.get(self.action, serializers.Serializer)

    def _reading(self) -> Reading:
        document = self.outputs.get(self.action, self.document)
        return Reading(document, frozenset(self._included()), values=self.values)

    def _filtered(self, rows: QuerySet[Any] | Selection) -> QuerySet[Any] | Selection:
        """Those of the rows that the filters among the query parameters ask for."""
        conditions = self.filters.conditions(self.request) if self.filters else ()
        if not conditions:
            return rows
        if isinstance(rows, Selection):
            return rows.filter(conditions)
        return narrowed(rows, conditions)

    def _included(self) -> list[str]:
        asked = self.request.query_params.get("include", "")
        besides = () if self.action == "list" else self.embedded_in_one
        return [*self.embedded, *besides, *(name for name in asked.split(",") if name)]

    def _check_query(self) -> None:
        """Refuse unknown query parameters: with a misspelt filter a list would show all rows."""
        known = {"include", "format"}
        if self.action in self.queries:
            known.update(_names_of(self.queries[self.action]))
        if self.action == "list":
            known.update(PARAMETERS, self.query_params)
        if self.filters and self.action in self.filtered:
            known.update(self.filters.base_filters)
        if self.has_dry_run and self.request.method not in SAFE:
            known.add(DRY_RUN)
        if self.merges and self.action in MERGING:
            known.add(MERGE)
            is_switched_on(self.request, MERGE)  # refuses other values
        errors = {
            name: ["Unknown parameter."] for name in self.request.query_params if name not in known
        }
        document = getattr(self, "document", Document)
        words = {document.asked_by.get(name, name) for name in document.embeds}
        unknown = [name for name in self._included() if name not in words]
        if unknown:
            errors["include"] = [f"Unknown: {', '.join(unknown)}."]
        if errors:
            raise ValidationError(errors)


def _answer(shown: Shown, status: int = status.HTTP_200_OK, message: str | None = None) -> Response:
    # A row without a version has its id in its place.
    headers = {"ETag": etag(shown.version)} if isinstance(shown.version, int) else {}
    return Response(Answer(shown.document, message=message), status=status, headers=headers)


@cache
def _names_of(query: type[serializers.Serializer[Any]]) -> list[str]:
    return list(query().fields)
