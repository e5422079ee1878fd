"""Row-level security, taken down for a round to see what it costs."""

from django.db import connections

WALLED = "SELECT relname, relrowsecurity FROM pg_class WHERE relforcerowsecurity"


def restore_policies(*, up: bool) -> None:
    """Have all policies hold, or none."""
    with connections["direct"].cursor() as owner:
        owner.execute(WALLED)
        for table, is_up in owner.fetchall():
            if is_up is not up:
                action = "ENABLE" if up else "DISABLE"
                owner.execute(f'ALTER TABLE "{table}" {action} ROW LEVEL SECURITY')
