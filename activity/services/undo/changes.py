"""An event somebody wants to undo: its row, its former values, and the check under the lock."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Self

from activity.models import Event, EventQuerySet
from activity.services.differences import DifferentText
from activity.services.events import long_texts
from activity.services.undo.newer import MOST_SHOWN, changing_again, newer_than, shown
from activity.services.undo.refusals import FormerValueGone, Superseded
from activity.services.undo.values import former_value, is_as_left
from core.actor import Actor
from core.errors import Refusal
from core.merging import Changes, MergeBase
from core.rights import Right, require


class Unchanged(MergeBase):
    """In place of the version a service expects: `check` refuses the row once it is locked."""

    check: Callable[[Any], None]

    def __new__(cls, check: Callable[[Any], None]) -> Self:
        expected = super().__new__(cls, -1, dict)  # the version of no row
        expected.check = check
        return expected

    def conflicts(self, row: Any) -> Changes:
        self.check(row)
        return {}


def _passes(_: Any) -> None:
    """No further check."""


class Undo(NamedTuple):
    """Who undoes which event; `names` are the fields to put back, none if it is the row itself."""

    actor: Actor
    event: Event
    names: Sequence[str]

    def row(self, model: Any, right: Right) -> Any:
        """The row of the event, not locked, also if it is deleted; Forbidden without the right.

        The service asks for it again, under the lock.
        """
        row = model.objects.filter(pk=self.event.entity_id).first()
        if row is None:
            raise self.superseded()
        require(right, row, self.actor)
        return row

    def old(self, name: str) -> Any:
        """The former value as the event has it."""
        return self.event.changes[name]["old"]

    def former(self, row: Any, *names: str) -> dict[str, Any]:
        """What the fields were before, all unless some are named, as services take them."""
        try:
            return {name: former_value(self.event, row, name) for name in names or self.names}
        except DifferentText as edited:
            raise self.superseded() from edited

    def unchanged(self, row: Any = None) -> Unchanged:
        """The check that the fields still are what the event made them.

        `row` is the one that `former` made texts of: they must not have changed before the lock.
        """

        def check(locked: Any) -> None:
            texts = long_texts(locked, self.event.changes) if row is not None else ()
            is_same = all(getattr(locked, name) == getattr(row, name) for name in texts)
            if not (is_same and all(is_as_left(self.event, locked, name) for name in self.names)):
                raise self.superseded()

        return Unchanged(check)

    def untouched(self, *, also: Callable[[Any], None] = _passes) -> Unchanged:
        """The check that nothing has happened to the row since, whose deletion would be final.

        `also` refuses the locked row for other reasons.
        """

        def check(locked: Any) -> None:
            if self.newer.exists():
                raise self.refused_by(self.newer.visible_to(self.actor)[:MOST_SHOWN])
            also(locked)

        return Unchanged(check)

    @property
    def newer(self) -> EventQuerySet:
        """All newer events of the row, the newest first."""
        return newer_than(self.event)

    def superseded(self) -> Superseded:
        """The refusal because of newer events that changed the same."""
        return self.refused_by(changing_again(self.event, self.names, self.actor))

    def superseded_or_gone(self) -> Refusal:
        """For a row that cannot be found: because of newer events, or for good."""
        newer = changing_again(self.event, self.names, self.actor)
        return self.refused_by(newer) if newer else FormerValueGone()

    def refused_by(self, newer: Iterable[Event]) -> Superseded:
        return Superseded(events=shown(list(newer), self.actor))
