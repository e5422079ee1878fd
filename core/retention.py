"""How long rows are kept: every app registers its rules here; the relay and beat apply them.

What is kept how long is told in docs/retention.md.
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
"""Removes at most so many rows, found by an index, and returns how many it removed."""
Contents = Callable[[Sequence[Any], int], int]
"""Deletes at most so many of what these rows hold, whose locks the caller has; returns how many."""


@dataclass(frozen=True)
class Rule:
    """`remove` may run in several processes at once: it skips rows another one has locked."""

    name: str
    kept_for: timedelta
    remove: Removal
    at_once: int

    def apply(self) -> int:
        """Remove one batch; a rule that is broken does not keep the others from running."""
        try:
            return self.remove(self.at_once)
        except Exception as problem:
            # A lock that was not to be had is the rule's trouble, a lost connection everybody's.
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
    """Register the decorated function as the rule for what `name` says."""

    def register(remove: Removal) -> Removal:
        _rules.append(Rule(name, kept_for, remove, at_once))
        return remove

    return register


def rules() -> list[Rule]:
    """Every rule there is."""
    return list(_rules)


def apply_rules(*, within: float) -> dict[str, int]:
    """Remove what is too old: one batch for each rule, and further ones for so many seconds.

    Returns how many rows went, by the name of the rule. Twice or at once does no harm.
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
    """The first of these ordered rows that nobody else has locked; for use in a transaction."""
    return rows.select_for_update(no_key=True, of=("self",), skip_locked=True)[:at_most]


def delete_batch(rows: QuerySet[Any], at_most: int) -> int:
    """Delete the first of these ordered rows."""
    with transaction.atomic(using=rows.db):
        # By their keys: a sub-select with a limit may be planned as a scan of the whole table.
        keys = list(lock_batch(rows, at_most).values_list("pk", flat=True))
        if keys:
            rows.filter(pk__in=keys).order_by().delete()
    return len(keys)


def deletes_contents_of(model: type[Model]) -> Callable[[Contents], Contents]:
    """Have the decorated function delete what rows of the model hold, before they are purged."""

    def register(delete: Contents) -> Contents:
        _contents[model].append(delete)
        return delete

    return register


def delete_contents(model: type[Model], holder: str, holders: Sequence[Any], at_most: int) -> int:
    """Mark rows as deleted since these holders were, to which the field `holder` refers.

    There is at least one holder. The rows are purged in their turn; returns how many they are.
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
    """Blank the texts of the rows deleted longest ago and keep everything else.

    What they hold is deleted first, up to CONTENTS_AT_ONCE rows in one transaction; while more
    is left, none of them is purged. Returns how many were, or `at_most` if there is more to do.
    """
    rows = model._default_manager.all()
    old = rows.filter(deleted_at__lt=Now() - PURGED_AFTER, purged_at=None).order_by("deleted_at")
    found = list(lock_batch(old.only("workspace_id", "deleted_at"), at_most))
    for delete in _contents[model] if found else ():
        if delete(found, CONTENTS_AT_ONCE) >= CONTENTS_AT_ONCE:
            return at_most
    rows.filter(pk__in=[row.pk for row in found]).update(
        **dict.fromkeys(texts, ""), purged_at=Now(), version=F("version") + 1, updated_at=Now()
    )
    # In this order their events take the workspaces' counters.
    found.sort(key=lambda row: (row.workspace_id, row.pk))
    publish_all([event(row) for row in found])
    return len(found)


@retained("answers to idempotency keys", IDEMPOTENCY_KEPT_FOR)
def remove_idempotency_keys(at_most: int) -> int:
    old = IdempotencyKey.objects.filter(created_at__lt=Now() - IDEMPOTENCY_KEPT_FOR)
    return delete_batch(old.order_by("created_at"), at_most)
