"""Generation of the OpenAPI document from the attributes of `ServiceViewSet`."""

import inspect
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_array_type, build_object_type

from core.api import dry_runs, merging, parameters, past
from core.api.failures import FAILURE, NEWER_EVENT
from core.api.field_schemas import corrected
from core.api.general_answers import header, reference
from core.api.idempotency import SAFE
from core.documents.fields import Document

CREATED, OK, NO_CONTENT = "201", "200", "204"
EDITS = (
    "update",
    "partial_update",
    "update_named",
    "destroy",
    "transition",
    "move",
    "transfer",
    "lead",
    "archive",
    "unarchive",
    "restore",
)


LIST_TAG = {"ETag": {"$ref": "#/components/headers/ListETag"}}
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


class EnvelopeAutoSchema(AutoSchema):
    """Reads `inputs`, `outputs` and `document` of the view, and wraps answers in the envelope."""

    view: Any

    def get_operation_id(self) -> str:
        usual: str = super().get_operation_id()
        many = self._by_tables and self.view.action.endswith("_many")
        return f"{usual}_many" if many else usual

    def get_summary(self) -> str:
        """The first sentence of the action's docstring, else verb and resource."""
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
        app = type(self.view).__module__.partition(".")[0]
        return [settings.TAGS_OF_APPS.get(app, app)]

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
        """Also for DELETE, which drf-spectacular omits although OpenAPI 3.1 allows a body."""
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
            found.append(parameters.idempotency_key(self._about_repeating()))
        if not self._by_tables:
            return found
        view, action = self.view, self.view.action
        if action == "list":
            found += parameters.list_parameters(view)
        if action in view.filtered:
            found += parameters.filter_parameters(view)
        if self._has_list_tag:
            found.append(parameters.if_none_match())
        if action in view.queries:
            found.append(view.queries[action])
        words = getattr(view, "document", Document).asked_by.values()
        if names := list(dict.fromkeys(words)):
            found.append(parameters.include(names))
        return [*found, *self._parameters_of_writes()]

    def _parameters_of_writes(self) -> Iterator[Any]:
        if self.view.action in EDITS:
            yield parameters.if_match()
        if self._has_dry_run:
            yield parameters.dry_run()
        if self._merges:
            yield parameters.merge()

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        insert: Any = super()._insert_field_validators
        insert(field, schema)
        described = dict(corrected(field, schema))
        schema.clear()
        schema.update(described)

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
        self.registry.register_on_missing(NEWER_EVENT)
        for status in self._refusals():
            bodies.setdefault(status, reference(status))
        if self._by_tables and self.view.action in EDITS:
            bodies["412"] = self._stale()
        if self._has_dry_run:
            self.registry.register_on_missing(dry_runs.META)
            if NO_CONTENT in bodies:
                bodies[OK] = self._dry_run_of_nothing()
        if self._has_list_tag:
            bodies["304"] = {"description": "Not changed", "headers": dict(LIST_TAG)}
        return bodies

    def _stale(self) -> dict[str, Any]:
        """The 412 answer to an outdated `If-Match`, which contains the current object."""
        now = self._get_response_for_code(self.view.document, OK)
        shown = now["content"]["application/json"]["schema"]["properties"]["data"]
        properties = {**FAILURE.schema["properties"], "data": shown}
        if self._merges:
            properties["conflicts"] = merging.CONFLICTS
        whole = {**FAILURE.schema, "properties": properties}
        content = {"application/json": {"schema": whole}}
        return {"content": content, "description": "Changed since it was read"}

    def _dry_run_of_nothing(self) -> dict[str, Any]:
        """The answer to a dry run of what has no answer otherwise."""
        schema = self._in_envelope({"type": "null"})
        content = {"application/json": {"schema": schema}}
        return {"content": content, "description": "What a dry run answers instead of 204"}

    def _get_response_for_code(
        self, serializer: Any, status_code: str, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        describe: Any = super()._get_response_for_code
        described: dict[str, Any] = describe(serializer, status_code, *args, **kwargs)
        if str(status_code).startswith("2") and not getattr(self.view, "without_envelope", False):
            for content in described.get("content", {}).values():
                content["schema"] = self._in_envelope(self._then_or_now(content["schema"]))
        if str(status_code).startswith("2") and self._by_tables:
            described.setdefault("headers", {}).update(self._headers(serializer))
        return described

    def _then_or_now(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema, or that of the answer to `?as_of=` (`past_outputs`), where there is one."""
        if not (former := self._past_output):
            return schema
        return {"oneOf": [schema, self.resolve_serializer(former, "response").ref]}

    def _headers(self, output: Any) -> dict[str, Any]:
        tag = LIST_TAG if self._has_list_tag else {}
        if self.view.action == "list":
            return header("Link") | tag
        if tag:
            return dict(tag)
        if not (isinstance(output, type) and issubclass(output, Document)):
            return {}
        has_version = any(each.name == "version" for each in output.Meta.model._meta.fields)
        return header("ETag") if has_version else {}

    def _in_envelope(self, schema: dict[str, Any]) -> dict[str, Any]:
        properties = {
            "success": {"type": "boolean", "const": True},
            "data": schema,
            "message": {"type": "string"},
        }
        more = getattr(self.view, "more_meta", {})
        if self._by_tables and self.view.action == "list":
            items = schema if schema.get("type") == "array" else build_array_type(schema)
            properties["data"] = items
            if getattr(self.view, "wrapped", False):
                properties["data"] = build_object_type({"items": items, "nextCursor": NEXT})
            else:
                properties["meta"] = build_object_type({"next_cursor": NEXT, **more})
        if getattr(self.view, "continued", False):
            properties["meta"] = build_object_type({"next_cursor": NEXT, **more})
        if whole := getattr(self.view, "whole_meta", {}):
            properties["meta"] = build_object_type(dict(whole), required=list(whole))
        if self._has_dry_run:
            properties["meta"] = dry_runs.META.ref
        if self._past_output:
            self.registry.register_on_missing(past.META)
            properties["meta"] = past.META.ref
        return build_object_type(properties, required=["success", "data"])

    def _refusals(self) -> set[str]:
        """The error statuses of this operation, besides those of every operation."""
        found = set()
        if self.get_auth():
            found |= {"401", "403"}
        if self._by_tables:
            found.add("404")
        if self.method not in SAFE:
            found.add("415")
            if self._is_one_transaction:
                found |= {"409", "422"}
        return found

    @property
    def _past_output(self) -> Any:
        """The serializer of what the action answers to `?as_of=`, None if it does not know that."""
        return self.view.past_outputs.get(self.view.action) if self._by_tables else None

    @property
    def _has_list_tag(self) -> bool:
        is_list = self._by_tables and self.view.action in self.view.filtered
        return is_list and self.view.has_list_tag

    @property
    def _has_dry_run(self) -> bool:
        return self.method not in SAFE and getattr(self.view, "has_dry_run", False)

    @property
    def _merges(self) -> bool:
        return self._by_tables and self.view.merges and self.view.action in merging.MERGING

    @property
    def _is_one_transaction(self) -> bool:
        return hasattr(self.view, "kept_answers")

    @property
    def _by_tables(self) -> bool:
        return hasattr(self.view, "inputs")
