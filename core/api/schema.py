"""The OpenAPI document, described from the same tables the views run on."""

import inspect
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, build_array_type, build_object_type
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from core.api.idempotency import SAFE
from core.api.pagination import MAX_LIMIT

CREATED, OK, NO_CONTENT = "201", "200", "204"
EDITS = (
    "update",
    "partial_update",
    "update_named",
    "destroy",
    "transition",
    "lead",
    "archive",
    "unarchive",
    "restore",
)


SUMMARIES = {
    "list": "List {}s",
    "create": "Create a {}",
    "add": "Add a {}",
    "retrieve": "Read a {}",
    "update": "Change a {}",
    "partial_update": "Change a {}",
    "destroy": "Delete a {}",
}
NEXT = {"type": ["string", "null"]}
SENTENCES = {"type": "array", "items": {"type": "string"}}
NAMED = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
}
FAILURE = ResolvedComponent(
    name="Failure",
    type=ResolvedComponent.SCHEMA,
    object="Failure",
    schema={
        "type": "object",
        "description": "Every refusal; `errors` maps a field of the input to sentences about it.",
        "required": ["success", "message", "code", "request_id"],
        "properties": {
            "success": {"type": "boolean", "const": False},
            "message": {"type": "string"},
            "code": {"type": "string"},
            "errors": {"type": "object", "additionalProperties": SENTENCES},
            "required": {"type": "string"},
            "you_have": SENTENCES,
            "allowed": SENTENCES,
            "people": SENTENCES,
            "workspaces": {"type": "array", "items": NAMED},
            "retry_after": {"type": "integer", "description": "Seconds."},
            "session_token": {"type": "string"},
            "request_id": {"type": "string"},
        },
    },
)


class EnvelopeAutoSchema(AutoSchema):
    """Reads `inputs`, `outputs` and `document` of a ServiceViewSet and wraps what it answers."""

    view: Any

    def get_operation_id(self) -> str:
        usual: str = super().get_operation_id()
        many = self._by_tables and self.view.action.endswith("_many")
        return f"{usual}_many" if many else usual

    def get_summary(self) -> str:
        """The first sentence about the action itself, else what it does to which resource."""
        action = getattr(self.view, "action", None) or self.method.lower()
        about = inspect.getdoc(getattr(self.view, action, None)) or ""
        if about and not about.startswith("Partial"):
            return about.partition("\n\n")[0].replace("\n", " ").partition(". ")[0].rstrip(".")
        if not self._by_tables:
            return self.get_operation_id().replace("_", " ").capitalize()
        noun = str(self.view.document.Meta.model._meta.verbose_name)
        return SUMMARIES.get(action, f"{action.replace('_', ' ').capitalize()} a {{}}").format(noun)

    def get_tags(self) -> list[str]:
        if getattr(self.view, "alias", False):
            return ["aliases"]
        return [type(self.view).__module__.partition(".")[0]]

    def get_description(self, *where: Any, **named: Any) -> str:
        usual: str = super().get_description(*where, **named) or ""
        if self.method in SAFE or self._is_one_transaction:
            return usual
        return f"{usual}\n\nAn `Idempotency-Key` has no effect here.".strip()

    def get_request_serializer(self) -> Any:
        if self._by_tables:
            return self.view.inputs.get(self.view.action)
        return None if self.method == "DELETE" else super().get_request_serializer()

    def _get_request_body(self, direction: Any = "request") -> dict[str, Any] | None:
        """The library knows no body of DELETE; OpenAPI 3.1 does."""
        method = self.method
        if method == "DELETE" and self.get_request_serializer():
            self.method = "POST"
        describe: Any = super()._get_request_body
        described: dict[str, Any] | None = describe(direction)
        self.method = method
        return described

    def get_response_serializers(self) -> Any:
        if not self._by_tables:
            return super().get_response_serializers()
        action = self.view.action
        output = self.view.outputs.get(action, getattr(self.view, "document", None))
        if action == "destroy":
            return {NO_CONTENT: None}
        return {CREATED if action in ("create", "add") else OK: output}

    def get_filter_backends(self) -> list[Any]:
        return []

    def get_override_parameters(self) -> list[Any]:
        found = list(super().get_override_parameters())
        if self.method not in SAFE and self._is_one_transaction:
            found.append(_header("Idempotency-Key", self._about_repeating()))
        if not self._by_tables:
            return found
        view, action = self.view, self.view.action
        if action == "list":
            found += [_query(name) for name in ("cursor", "ordering", *view.query_params)]
            found.append(_query("limit", OpenApiTypes.INT, f"1 to {MAX_LIMIT}."))
            found += [_query(name) for name in (view.filters.base_filters if view.filters else ())]
        if action in view.queries:
            found.append(view.queries[action])
        embeds = getattr(view.document, "embeds", {})
        if names := [name for name, field in embeds.items() if not field.required]:
            found.append(_query("include", about=f"Any of: {', '.join(names)}."))
        if action in EDITS:
            found.append(_header("If-Match", "The ETag the edit is based on."))
        return found

    def _about_repeating(self) -> str:
        if self.method in self.view.kept_answers or self.method == "DELETE":
            return "Repeat safely: the first answer again."
        return (
            "Repeat safely: no second effect. An answer with a secret is not stored; asked again, "
            "it is 409 `answer_not_kept`, which says what to do."
        )

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        self.registry.register_on_missing(FAILURE)
        for status, about in self._refusals().items():
            bodies.setdefault(
                status,
                {"content": {"application/json": {"schema": FAILURE.ref}}, "description": about},
            )
        if self._by_tables and "412" in bodies:
            self._show_current(bodies)
        return bodies

    def _show_current(self, bodies: dict[str, Any]) -> None:
        """A stale edit is answered with the object as it is now."""
        now = self._get_response_for_code(self.view.document, OK)
        shown = now["content"]["application/json"]["schema"]["properties"]["data"]
        properties = {**FAILURE.schema["properties"], "data": shown}
        whole = {**FAILURE.schema, "properties": properties}
        bodies["412"]["content"]["application/json"]["schema"] = whole

    def _get_response_for_code(
        self, serializer: Any, status_code: str, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        describe: Any = super()._get_response_for_code
        described: dict[str, Any] = describe(serializer, status_code, *args, **kwargs)
        if str(status_code).startswith("2") and not getattr(self.view, "is_exact", False):
            for content in described.get("content", {}).values():
                content["schema"] = self._in_envelope(content["schema"])
        return described

    def _in_envelope(self, schema: dict[str, Any]) -> dict[str, Any]:
        properties = {
            "success": {"type": "boolean", "const": True},
            "data": schema,
            "message": {"type": "string"},
        }
        if self._by_tables and self.view.action == "list":
            items = schema if schema.get("type") == "array" else build_array_type(schema)
            properties["data"] = items
            if getattr(self.view, "wrapped", False):
                properties["data"] = build_object_type({"items": items, "nextCursor": NEXT})
            else:
                properties["meta"] = build_object_type({"next_cursor": NEXT})
        if getattr(self.view, "continued", False):
            properties["meta"] = build_object_type({"next_cursor": NEXT})
        return build_object_type(properties, required=["success", "data"])

    def _refusals(self) -> dict[str, str]:
        """The statuses this operation may refuse with."""
        if getattr(self.view, "is_exact", False):
            return {}
        found = {"400": "Malformed or invalid", "503": "Busy; try again"}
        if self.get_auth():
            found |= {"401": "Not signed in", "403": "Not allowed"}
        if self.method not in SAFE:
            found |= {"413": "Too large", "415": "Not JSON"}
            if self._is_one_transaction:
                found |= {"409": "State conflict", "422": "Idempotency key reused"}
        if self._by_tables:
            found |= self._refusals_by_tables()
        return dict(sorted(found.items()))

    def _refusals_by_tables(self) -> dict[str, str]:
        found = {"404": "Not found"}
        if self.view.action in EDITS:
            found["412"] = "Changed since it was read"
        return found

    @property
    def _is_one_transaction(self) -> bool:
        return hasattr(self.view, "kept_answers")

    @property
    def _by_tables(self) -> bool:
        return hasattr(self.view, "inputs")


def _query(name: str, kind: OpenApiTypes = OpenApiTypes.STR, about: str = "") -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=about)


def _header(name: str, about: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=about)
