"""Switches row-level security off for a round, to measure what it costs."""

from django.db import connections

TABLES_WITH_POLICIES = "SELECT relname, relrowsecurity FROM pg_class WHERE relforcerowsecurity"


def switch_policies(*, on: bool) -> None:
    """Enable or disable row-level security on all tables with policies."""
    with connections["direct"].cursor() as owner:
        owner.execute(TABLES_WITH_POLICIES)
        for table, is_on in owner.fetchall():
            if is_on is not on:
                action = "ENABLE" if on else "DISABLE"
                owner.execute(f'ALTER TABLE "{table}" {action} ROW LEVEL SECURITY')
