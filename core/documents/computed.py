"""What only Python can say about a row, put into the text PostgreSQL wrote.

PostgreSQL writes the facts Python needs between two marks; the same facts are asked once.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import orjson
from django.db.models import Expression, F, Func, Subquery, TextField
from drf_spectacular.drainage import set_override
from rest_framework import serializers

MARK = "\x01"
"""JSON escapes control characters, so nothing anybody wrote can hold one."""

Fact = Expression | F | Subquery[Any]

_values: dict[str, Callable[..., Any]] = {}


class Facts(Func):
    """Facts as text between marks, under the name of what is derived from them."""

    template = f"concat('{MARK}%(name)s|', %(expressions)s, '{MARK}')"
    arg_joiner = ", '|', "
    output_field = TextField()


class Derived(serializers.Field[Any, Any, Any, Any]):
    """A key of a document computed by `value` from facts, which arrive as PostgreSQL's text.

    `facts` names them for the row at a path; null is the empty string, truth is `t` or `f`.
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
    """The document with everything derived written out."""
    pieces = text.split(MARK)
    pieces[1::2] = map(_written, pieces[1::2])
    return "".join(pieces)


@lru_cache(maxsize=4096)
def _written(marked: str) -> str:
    name, *facts = marked.split("|")
    return orjson.dumps(_values[name](*facts)).decode()
