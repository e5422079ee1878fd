"""Checks of the database that every program runs at its start, and those of `manage.py check`.

One of them is here: whether row-level security applies to the runtime role.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.db import DEFAULT_DB_ALIAS, OperationalError, ProgrammingError, connection

logger = logging.getLogger(__name__)

StartCheck = Callable[[], str | None]
"""Queries the database; returns a sentence about a flaw, None if there is none."""

_start_checks: list[StartCheck] = []

RUNTIME_ROLE = """
    SELECT rolname, rolsuper, rolbypassrls, EXISTS (
        SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND pg_has_role(r.oid, c.relowner, 'MEMBER')
    ), concat(
        current_setting('gantry.system', true), current_setting('gantry.workspaces', true)
    ) <> ''
    FROM pg_roles r WHERE rolname = current_user
"""
ADVICE = (
    "Row-level security does not hold for it. Give DATABASE_URL a role of its own,"
    " and the owner of the tables to DIRECT_URL alone."
)


def checked_at_start(check: StartCheck) -> StartCheck:
    """Register the decorated function as a check that every program runs at its start."""
    _start_checks.append(check)
    return check


def refuse_flawed_database() -> bool:
    """Run all start checks; SystemExit if one finds a flaw, False if the database is unavailable.

    A database that has not been migrated counts as unavailable; the caller may wait for it.
    """
    try:
        flaws = [flaw for check in _start_checks if (flaw := check())]
    except (OperationalError, ProgrammingError) as problem:
        logger.warning("database_not_checked", extra={"problem": str(problem)})
        return False
    finally:
        connection.close()
    if flaws:
        raise SystemExit(" ".join(flaws))
    return True


@checked_at_start
def flaw_of_runtime_role() -> str | None:
    """A sentence if row-level security does not apply to the current role, else None."""
    with connection.cursor() as cursor:
        cursor.execute(RUNTIME_ROLE)
        name, is_superuser, bypasses, owns, is_within = cursor.fetchone()
    if is_superuser:
        privilege = "is a superuser"
    elif bypasses:
        privilege = "has BYPASSRLS"
    elif owns:
        privilege = "owns tables"
    elif is_within:
        privilege = "begins with a tenant context"
    else:
        return None
    return f"The role {name} of DATABASE_URL {privilege}. {ADVICE}"


@register(Tags.database)
def check_runtime_role(databases: Sequence[str] | None = None, **named: Any) -> list[CheckMessage]:
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    flaw = flaw_of_runtime_role()
    return [Error(flaw, id="core.E001")] if flaw else []


@register
def check_keys_without_use(**named: Any) -> list[CheckMessage]:
    """Point out environment keys of other servers that have no effect here."""
    return [
        Info(f"{key} is set and not used: see .env.example.", id="core.I001")
        for key in settings.KEYS_WITHOUT_USE
    ]
