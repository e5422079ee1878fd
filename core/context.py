"""Settings of the current transaction: the tenant context that the RLS policies read, idle time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, transaction

UNSET_SYSTEM = "set_config('gantry.system', '', true)"
SET_BOUND_WORKSPACES = (
    "set_config('gantry.workspaces', ARRAY(SELECT unnest(workspaces_of(%s))"
    " INTERSECT SELECT unnest(%s::uuid[]))::text, true)"
)
SET_WORKSPACES = "set_config('gantry.workspaces', workspaces_of({person})::text, true)"
IDLE = "idle_in_transaction_session_timeout"
SET_IDLE = f"set_config('{IDLE}', %s, true)"
UNFLUSHED = "set_config('synchronous_commit', 'off', true)"
SHORT_LOCK_WAITS = "set_config('lock_timeout', '100ms', true)"
# A setting that `workspaces_of` writes as a side effect; hence selected after it.
UNOPENED = "NULLIF(current_setting('gantry.unopened', true), '')::uuid[]"


def context_columns(person: str) -> str:
    """SELECT columns that set the context to the workspaces of `person`, an SQL expression.

    The last column is an array of those workspaces in which the person has never read anything.
    """
    return f"{UNSET_SYSTEM}, {SET_WORKSPACES.format(person=person)}, {UNOPENED}"


def show_workspaces_of(
    person_id: UUID | None, bound: frozenset[UUID] | None = None
) -> frozenset[UUID]:
    """Set the context to the workspaces the person belongs to now, limited to those in `bound`.

    Returns the ones in which the person has never read anything.
    """
    if bound is None:
        shown = _fetch_row(f"SELECT {context_columns('%s')}", person_id)
    else:
        shown = _fetch_row(
            f"SELECT {UNSET_SYSTEM}, {SET_BOUND_WORKSPACES}, {UNOPENED}", person_id, list(bound)
        )
    return frozenset(shown[-1] or ())


def show_also(workspace_id: UUID) -> None:
    """Add a workspace to the context: one the person joins, or creates, in this transaction."""
    _fetch_row(
        "SELECT set_config('gantry.workspaces', (COALESCE(NULLIF(current_setting("
        "'gantry.workspaces', true), ''), '{}')::uuid[] || %s::uuid)::text, true)",
        workspace_id,
    )


def show_nothing() -> None:
    """Empty the context again, for a request whose credential turned out not to be valid."""
    _fetch_row(
        f"SELECT {UNSET_SYSTEM}, set_config('gantry.workspaces', '', true),"
        " set_config('gantry.person', '', true)"
    )


@contextmanager
def as_system(reason: str, *, durable: bool = False) -> Iterator[None]:
    """Run a block, or a decorated function, in a transaction that sees all workspaces.

    The previous context is restored after the block. `reason` is the value of `gantry.system`.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(durable=durable):
        former = _set_system(reason)
        yield
        # The end of the transaction, or the rollback of the savepoint, resets the setting itself.
        if not is_outermost:
            _set_system(former)


@contextmanager
def as_person(person_id: UUID | None, bound: frozenset[UUID] | None = None) -> Iterator[None]:
    """Run a block in a transaction that sees what `show_workspaces_of` shows.

    The previous context is restored after the block.
    """
    names = ("gantry.system", "gantry.workspaces", "gantry.person")
    with transaction.atomic():
        former = _fetch_row(f"SELECT {', '.join(['current_setting(%s, true)'] * 3)}", *names)
        show_workspaces_of(person_id, bound)
        yield
        # A rollback, to a savepoint too, resets the settings itself.
        values = [part or "" for pair in zip(names, former, strict=True) for part in pair]
        _fetch_row(f"SELECT {', '.join(['set_config(%s, %s, true)'] * 3)}", *values)


@contextmanager
def may_be_idle(longest: str) -> Iterator[None]:
    """Let the current transaction be idle for so long between two statements of the block.

    `longest` is a time as PostgreSQL reads it, such as "60s"; elsewhere that of the settings holds.
    """
    former, _ = _fetch_row(f"SELECT current_setting('{IDLE}'), {SET_IDLE}", longest)
    yield
    # A rollback, to a savepoint too, resets the setting itself.
    _fetch_row(f"SELECT {SET_IDLE}", former)


def _set_system(reason: str) -> str:
    """Set `gantry.system` for the rest of the transaction; returns its previous value."""
    before, _ = _fetch_row(
        "SELECT current_setting('gantry.system', true), set_config('gantry.system', %s, true)",
        reason,
    )
    return before or ""


def _fetch_row(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()
