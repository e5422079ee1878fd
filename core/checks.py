"""What forbids to serve a database: asked by every program at its start.

The first check: whether the runtime role is one for which row-level security holds at all.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.db import DEFAULT_DB_ALIAS, OperationalError, ProgrammingError, connection

logger = logging.getLogger(__name__)

StartCheck = Callable[[], str | None]
"""Asks the database; a sentence about a flaw, None where there is none."""

_start_checks: list[StartCheck] = []

POWERS = """
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
    """Have every program ask the decorated function before it serves."""
    _start_checks.append(check)
    return check


def refuse_flawed_database() -> bool:
    """End a program that must not serve its database; False where it gave no answer.

    One that finds no database, or none that was migrated, waits for it as it always does.
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
    """A sentence about a role that may do too much, None for one that may not."""
    with connection.cursor() as cursor:
        cursor.execute(POWERS)
        name, is_superuser, bypasses, owns, is_within = cursor.fetchone()
    if is_superuser:
        power = "is a superuser"
    elif bypasses:
        power = "has BYPASSRLS"
    elif owns:
        power = "owns tables"
    elif is_within:
        power = "begins with a tenant context"
    else:
        return None
    return f"The role {name} of DATABASE_URL {power}. {ADVICE}"


@register(Tags.database)
def check_runtime_role(databases: Sequence[str] | None = None, **named: Any) -> list[CheckMessage]:
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    flaw = flaw_of_runtime_role()
    return [Error(flaw, id="core.E001")] if flaw else []


@register
def check_keys_without_use(**named: Any) -> list[CheckMessage]:
    """Tell whoever moves here from another server which of its keys can go."""
    return [
        Info(f"{key} is set and not used: see .env.example.", id="core.I001")
        for key in settings.KEYS_WITHOUT_USE
    ]
