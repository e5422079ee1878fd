"""Lookups of tasks by rows of other tables, as conditions of lists (`core.documents.conditions`).

With `EXISTS`, so that a task is found once however many rows there are.
"""

from typing import Any, ClassVar

from django.core.exceptions import EmptyResultSet
from django.db.models import Lookup, UUIDField


class HeldBy(Lookup[Any]):
    """Whether `table` has a row with the id of the task and the value in `column`; [] is none."""

    prepare_rhs = False
    table: ClassVar[str]
    column: ClassVar[str]
    is_held: ClassVar[bool] = True

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        task, params = self.process_lhs(compiler, connection)
        if self.rhs == []:
            raise EmptyResultSet
        value, more = self.process_rhs(compiler, connection)
        words = ["SELECT 1 FROM", self.table, "AS held WHERE held.task_id =", task]
        words += ["AND", f"held.{self.column}", "=", value]
        word = "EXISTS" if self.is_held else "NOT EXISTS"
        return f"{word} ({' '.join(words)})", (*params, *more)


@UUIDField.register_lookup
class HasLabel(HeldBy):
    lookup_name = "has_label"
    table, column = "tasks_tasklabel", "label_id"


@UUIDField.register_lookup
class WatchedBy(HeldBy):
    lookup_name = "watched_by"
    table, column = "tasks_watcher", "user_id"


@UUIDField.register_lookup
class NotWatchedBy(WatchedBy):
    lookup_name = "not_watched_by"
    is_held = False
