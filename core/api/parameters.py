"""OpenAPI parameters of `ServiceViewSet` operations, derived from the attributes of the view."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from drf_spectacular.utils import OpenApiParameter

from core.api.filters import SWITCH, EnumFilter
from core.api.idempotency import MAX_KEY
from core.api.pagination import MAX_LIMIT

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}
PRINTABLE = r"^[ -~\u00A1-\u00AC\u00AE-\u00FF]+$"
KEY: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": PRINTABLE}
ETAG: Schema = {"type": "string", "pattern": r'^(\*|(W/)?"?[0-9]{1,9}"?)?$'}
NOT_GIVEN = ""
"""The empty value, which means the same as leaving the parameter out."""


def if_match() -> OpenApiParameter:
    return _header("If-Match", ETAG, "The ETag the edit is based on.")


def if_none_match() -> OpenApiParameter:
    return _header("If-None-Match", TEXT, "ETags of this list: if it still has one of them, 304.")


def idempotency_key(about: str) -> OpenApiParameter:
    return _header("Idempotency-Key", KEY, about)


def dry_run() -> OpenApiParameter:
    about = (
        "Answer as if it were carried out, with the events that would follow in `meta`, and store"
        " nothing. An `Idempotency-Key` then has no effect."
    )
    return _query("dry_run", {"enum": [*SWITCH]}, about)


def merge() -> OpenApiParameter:
    about = (
        "Apply the edit although the object has changed since the ETag in `If-Match`, unless it"
        " sets what was changed: then 412, with `conflicts`. Send only what you change."
    )
    return _query("merge", {"enum": [*SWITCH]}, about)


def list_parameters(view: Any) -> Iterator[OpenApiParameter]:
    """The parameters of a list, without its filters: cursor, limit, ordering."""
    yield _query("cursor", TEXT, "`meta.next_cursor` of the page before.")
    yield _query("limit", LIMIT, f"1 to {MAX_LIMIT}.")
    names = sorted({name.removeprefix("-") for name in view.orderings})
    both = [sign + name for name in names for sign in ("", "-")]
    yield _query("ordering", {"enum": [*both, NOT_GIVEN]}, "“-” for the opposite way.")
    for name in view.query_params:
        yield _query(name, TEXT)


def filter_parameters(view: Any) -> Iterator[OpenApiParameter]:
    """The query parameters that narrow the rows of an action."""
    for name, one in (view.filters.base_filters if view.filters else {}).items():
        yield _filter(name, one)


def include(names: Iterable[str]) -> OpenApiParameter:
    """The parameter `include`: names of embeds, separated by commas."""
    words, about = [*names, NOT_GIVEN], f"Any of: {', '.join(names)}."
    return OpenApiParameter(
        "include", str, enum=words, many=True, style="form", explode=False, description=about
    )


def _filter(name: str, one: Any) -> OpenApiParameter:
    """The parameter for a filter, according to the type of its form field."""
    if isinstance(one, EnumFilter):
        words = [word for word, _ in one.extra["choices"]]
        return OpenApiParameter(name, str, enum=words, many=True, description="In any case.")
    field = one.field
    if isinstance(field, forms.ChoiceField):
        return _query(name, {"enum": [*(word for word, _ in one.extra["choices"]), NOT_GIVEN]})
    if isinstance(field, forms.DateField):
        schema = {"anyOf": [{"format": "date"}, {"const": NOT_GIVEN}]}
        return _query(name, schema, str(field.help_text))
    return _query(name, {"maxLength": one.extra["max_length"]})


def _query(name: str, schema: Schema, about: str = "") -> OpenApiParameter:
    return OpenApiParameter(name, {**TEXT, **schema}, description=about)


def _header(name: str, schema: Schema, about: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=about)
