"""What keeps workspaces apart in PostgreSQL: composite foreign keys, and policies."""

from django.db import migrations

SYSTEM = "(SELECT current_setting('gantry.system', true) <> '')"
"""Without a context both settings are NULL, or empty once a transaction has had one."""
WORKSPACES = "(SELECT NULLIF(current_setting('gantry.workspaces', true), '')::uuid[])"
POLICY = "own_workspaces"


class OneWorkspace(migrations.RunSQL):
    """Migration operation: let other tables refer to `table` by (scope, key)."""

    def __init__(self, table: str, key: str = "id", scope: str = "workspace_id") -> None:
        name = f"{table}_{key}_in_{scope}"
        super().__init__(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({scope}, {key})",
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
        )


class SameWorkspace(migrations.RunSQL):
    """Migration operation: `table.column` must point into the row's own workspace (or `scope`).

    Django 5.2 has no composite foreign key, so the model keeps an ordinary ForeignKey
    (`db_constraint=False`) and this adds the constraint that really holds.
    """

    def __init__(
        self,
        table: str,
        column: str,
        parent: str,
        key: str = "id",
        scope: str = "workspace_id",
    ) -> None:
        name = f"{table}_{column}_same_{scope}"
        super().__init__(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({scope}, {column})"
            f" REFERENCES {parent} ({scope}, {key}) DEFERRABLE INITIALLY IMMEDIATE",
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
        )


class TenantPolicy(migrations.RunSQL):
    """Migration operation: rows of `table` are there for whoever's context has their workspace.

    `allow_none` lets rows without a workspace be written by anybody; the system alone reads them.
    """

    def __init__(
        self, table: str, column: str = "workspace_id", *, allow_none: bool = False
    ) -> None:
        # Sub-selects are evaluated once for a statement instead of once for a row.
        inside = f"{SYSTEM} OR {column} = ANY ({WORKSPACES}::uuid[])"
        writable = f"{inside} OR {column} IS NULL" if allow_none else inside
        super().__init__(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
            f" CREATE POLICY {POLICY} ON {table} USING ({inside}) WITH CHECK ({writable})",
            f"DROP POLICY {POLICY} ON {table};"
            f" ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
        )
