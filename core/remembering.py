"""Remembering what a compiled query has found, for a block in which it cannot change.

Checks that are written for one row are asked of hundreds then, without a statement for each.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

Kept = Mapping[Any, dict[Any, list[Any]]]
_kept: ContextVar[Kept] = ContextVar("remembered_rows", default=MappingProxyType({}))


@contextmanager
def remembering(*queries: Any) -> Iterator[None]:
    """Within the block each of these compiled queries is run once for the same values.

    The caller has locked what they depend on.
    """
    token = _kept.set({query: {} for query in queries})
    try:
        yield
    finally:
        _kept.reset(token)


def remembered(query: Any) -> dict[Any, list[Any]] | None:
    """What the query has found in this block, by its values; None outside of one."""
    return _kept.get().get(query)
