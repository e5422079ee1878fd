"""Computed fields: values of a document that Python makes from facts of the row.

PostgreSQL writes the facts between two marks into the JSON text, and Python replaces them by the
value. Values are cached by their facts.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import orjson
from django.db.models import Expression, F, Func, Subquery, TextField
from drf_spectacular.drainage import set_override
from rest_framework import serializers

MARK = "\x01"
"""Cannot occur in a text of the document, because JSON escapes control characters."""

Fact = Expression | F | Subquery[Any]

_values: dict[str, Callable[..., Any]] = {}


class Facts(Func):
    """Facts as text between marks, preceded by the name of the computed field."""

    template = f"concat('{MARK}%(name)s|', %(expressions)s, '{MARK}')"
    arg_joiner = ", '|', "
    output_field = TextField()


class Derived(serializers.Field[Any, Any, Any, Any]):
    """A key of a document that `value` computes from facts, given as texts of PostgreSQL.

    `facts(path)` are the expressions for the row at `path`. As text, NULL is the empty string and
    booleans are `t` and `f`.
    """

    def __init__(
        self,
        name: str,
        value: Callable[..., Any],
        facts: Callable[[str], Sequence[Fact]],
        schema: dict[str, Any],
    ) -> None:
        super().__init__(read_only=True)
        _values[name] = value
        self.name, self.facts = name, facts
        set_override(self, "field", schema)

    def as_json(self, path: str) -> Facts:
        return Facts(*self.facts(path), name=self.name)


def completed(text: str) -> str:
    """The document with facts replaced by the values computed from them."""
    pieces = text.split(MARK)
    pieces[1::2] = map(_written, pieces[1::2])
    return "".join(pieces)


@lru_cache(maxsize=4096)
def _written(marked: str) -> str:
    name, *facts = marked.split("|")
    return orjson.dumps(_values[name](*facts)).decode()
