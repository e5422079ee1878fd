"""Retention: every app registers rules for removing old rows; the relay and beat apply them.

docs/retention.md lists how long each kind of row is kept.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import F, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from core.actor import Actor
from core.events import Event, publish_all
from core.models import PURGED_AFTER, IdempotencyKey

logger = logging.getLogger(__name__)

BATCH = 1000
PURGE = Actor.system("what can no longer be restored is purged")
CONTENTS_AT_ONCE = 1000
IDEMPOTENCY_KEPT_FOR = timedelta(hours=24)

Removal = Callable[[int], int]
"""Removes at most the given number of old rows, found by an index; returns how many it removed."""
Contents = Callable[[Sequence[Any], int], int]
"""Deletes rows that belong to the given rows, which the caller has locked: at most the given
number. Returns how many it deleted."""


@dataclass(frozen=True)
class Rule:
    """A kind of row and how long it is kept.

    `remove` may run in several processes at once: it skips rows another process has locked.
    """

    name: str
    kept_for: timedelta
    remove: Removal
    at_once: int

    def apply(self) -> int:
        """Remove one batch; return how many rows, 0 if it failed, so that other rules still run.

        Raises if the connection is lost, because then all other rules would fail as well.
        """
        try:
            return self.remove(self.at_once)
        except Exception as problem:
            # Not for other database errors, such as a lock timeout, which concern this rule only.
            is_connected = connection.connection is not None and connection.is_usable()
            if isinstance(problem, DatabaseError | InterfaceError) and not is_connected:
                raise
            logger.exception("retention_rule_failed", extra={"rule": self.name})
            return 0


_rules: list[Rule] = []
_contents: dict[type[Model], list[Contents]] = defaultdict(list)


def retained(
    name: str, kept_for: timedelta, *, at_once: int = BATCH
) -> Callable[[Removal], Removal]:
    """Register the decorated function as the rule called `name`."""

    def register(remove: Removal) -> Removal:
        _rules.append(Rule(name, kept_for, remove, at_once))
        return remove

    return register


def rules() -> list[Rule]:
    """All registered rules."""
    return list(_rules)


def apply_rules(*, within: float) -> dict[str, int]:
    """Remove old rows: one batch per rule, then further batches for at most `within` seconds.

    Returns the number of removed rows by rule name. Safe to repeat and to run concurrently.
    """
    until = time.monotonic() + within
    removed: dict[str, int] = {}
    waiting = rules()
    while waiting:
        counts = {rule.name: rule.apply() for rule in waiting}
        for name, count in counts.items():
            removed[name] = removed.get(name, 0) + count
        if time.monotonic() > until:
            break
        waiting = [rule for rule in waiting if counts[rule.name] >= rule.at_once]
    found = {name: count for name, count in removed.items() if count}
    if found:
        logger.info("retention_applied", extra={"removed": found})
    return found


def lock_batch(rows: QuerySet[Any], at_most: int) -> QuerySet[Any]:
    """Lock the first `at_most` of these ordered rows, skipping rows that are locked already."""
    return rows.select_for_update(no_key=True, of=("self",), skip_locked=True)[:at_most]


def delete_batch(rows: QuerySet[Any], at_most: int) -> int:
    """Delete the first `at_most` of these ordered rows; returns how many were deleted."""
    with transaction.atomic(using=rows.db):
        # By primary key: for a sub-select with LIMIT PostgreSQL may plan a scan of the whole table.
        keys = list(lock_batch(rows, at_most).values_list("pk", flat=True))
        if keys:
            rows.filter(pk__in=keys).order_by().delete()
    return len(keys)


def deletes_contents_of(model: type[Model]) -> Callable[[Contents], Contents]:
    """Have the decorated function delete the children of rows of `model` before these are purged.

    Such as the tasks of a project.
    """

    def register(delete: Contents) -> Contents:
        _contents[model].append(delete)
        return delete

    return register


def delete_contents(model: type[Model], holder: str, holders: Sequence[Any], at_most: int) -> int:
    """Soft-delete rows of `model` whose field `holder` refers to one of these deleted `holders`.

    They get the holder's `deleted_at` and are purged later by their own rule. `holders` must not
    be empty. Returns how many rows were deleted, at most `at_most`.
    """
    rows = model._default_manager.all()
    alive = rows.filter(**{f"{holder}__in": [row.pk for row in holders]}, deleted_at=None)
    keys = list(alive.values_list("pk", flat=True)[:at_most])
    since = (
        type(holders[0])._default_manager.filter(pk=OuterRef(f"{holder}_id")).values("deleted_at")
    )
    return rows.filter(pk__in=keys).update(
        deleted_at=Subquery(since), version=F("version") + 1, updated_at=Now()
    )


def purge_batch(
    model: type[Model], *texts: str, at_most: int, event: Callable[[Any], Event]
) -> int:
    """Set the columns `texts` to "" in the rows that were deleted longest ago.

    Their children are deleted first, up to CONTENTS_AT_ONCE rows in one transaction; while some
    are left, no row is purged. Returns the number of purged rows, `at_most` if children are left.
    """
    rows = model._default_manager.all()
    old = rows.filter(deleted_at__lt=Now() - PURGED_AFTER, purged_at=None).order_by("deleted_at")
    found = list(lock_batch(old.only("workspace_id", "deleted_at", *_parents(model)), at_most))
    for delete in _contents[model] if found else ():
        if delete(found, CONTENTS_AT_ONCE) >= CONTENTS_AT_ONCE:
            return at_most
    rows.filter(pk__in=[row.pk for row in found]).update(
        **dict.fromkeys(texts, ""), purged_at=Now(), version=F("version") + 1, updated_at=Now()
    )
    # Events lock the counters of their workspaces: always in this order, against deadlocks.
    found.sort(key=lambda row: (row.workspace_id, row.pk))
    publish_all([event(row) for row in found])
    return len(found)


def _parents(model: type[Model]) -> list[str]:
    """The keys of rows by which events are found."""
    names = {field.name for field in model._meta.concrete_fields}
    return [name for name in ("project", "task") if name in names]


@retained("answers to idempotency keys", IDEMPOTENCY_KEPT_FOR)
def remove_idempotency_keys(at_most: int) -> int:
    old = IdempotencyKey.objects.filter(created_at__lt=Now() - IDEMPOTENCY_KEPT_FOR)
    return delete_batch(old.order_by("created_at"), at_most)
