"""Merging an edit based on an older version of a row with what has changed since then."""

from collections.abc import Callable, Collection
from typing import Any, Self

Values = dict[str, Any]
Changes = dict[str, dict[str, Any]]
History = Callable[[Any, int, Collection[str]], Changes | None]

_histories: list[History] = []


def reads_history(read: History) -> History:
    """Decorator for the function that knows what has changed: the app with the log has one.

    It is called with a locked row, an older version of it and names of fields, and returns those
    that differ now, as events do; None if not every change since then is known.
    """
    _histories[:] = [read]
    return read


class MergeBase(int):
    """A version whose edit is merged with later ones, instead of being refused as stale.

    `given` returns what the edit sets, by the names and with the values that events have for it.
    """

    given: Callable[[], Values]

    def __new__(cls, version: int, given: Callable[[], Values]) -> Self:
        base = super().__new__(cls, version)
        base.given = given
        return base

    def conflicts(self, row: Any) -> Changes | None:
        """What somebody else has set differently since this version; None if that is unknown."""
        given = self.given()
        changed = _histories[0](row, int(self), given.keys()) if _histories else None
        if changed is None:
            return None
        return {name: one for name, one in changed.items() if one["new"] != given[name]}
