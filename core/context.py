"""The tenant context: which workspaces PostgreSQL shows to the rest of a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, transaction

CLEARED = "set_config('gantry.system', '', true)"
SOME_OF_THEIRS = (
    "set_config('gantry.workspaces', ARRAY(SELECT unnest(workspaces_of(%s))"
    " INTERSECT SELECT unnest(%s::uuid[]))::text, true)"
)
THEIRS = "set_config('gantry.workspaces', workspaces_of({person})::text, true)"
SHORT_LOCK_WAITS = "set_config('lock_timeout', '100ms', true)"
# What `workspaces_of` has just found out beside its result; hence after it.
UNOPENED = "NULLIF(current_setting('gantry.unopened', true), '')::uuid[]"


def opening(person: str) -> str:
    """Columns for the query that opens a request: they set the context of this `person`.

    The last one holds the workspaces of theirs in which they have never read anything.
    """
    return f"{CLEARED}, {THEIRS.format(person=person)}, {UNOPENED}"


def show_workspaces_of(
    person_id: UUID | None, bound: frozenset[UUID] | None = None
) -> frozenset[UUID]:
    """Show the workspaces the person belongs to by now, as far as their credential reaches.

    Returns those in which they have never read anything.
    """
    if bound is None:
        shown = _ask(f"SELECT {opening('%s')}", person_id)
    else:
        shown = _ask(f"SELECT {CLEARED}, {SOME_OF_THEIRS}, {UNOPENED}", person_id, list(bound))
    return frozenset(shown[-1] or ())


def show_also(workspace_id: UUID) -> None:
    """Show one more workspace, which the transaction itself lets somebody into."""
    _ask(
        "SELECT set_config('gantry.workspaces', (COALESCE(NULLIF(current_setting("
        "'gantry.workspaces', true), ''), '{}')::uuid[] || %s::uuid)::text, true)",
        workspace_id,
    )


def show_nothing() -> None:
    """Show no workspace: whoever was let in has turned out to be nobody."""
    _ask(f"SELECT {CLEARED}, set_config('gantry.workspaces', '', true)")


@contextmanager
def as_system(reason: str, *, durable: bool = False) -> Iterator[None]:
    """Show every workspace to a block, which is one transaction; also a decorator.

    The former context is back after the block. `reason` is what `gantry.system` says meanwhile.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(durable=durable):
        former = _declare(reason)
        yield
        # What ends with the transaction, or is undone with the savepoint, need not be put back.
        if not is_outermost:
            _declare(former)


def _declare(reason: str) -> str:
    """Say who asks from now on; what was said before."""
    before, _ = _ask(
        "SELECT current_setting('gantry.system', true), set_config('gantry.system', %s, true)",
        reason,
    )
    return before or ""


def _ask(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()
