"""Migration operations that isolate workspaces: composite foreign keys and RLS policies."""

from django.db import migrations

SYSTEM = "(SELECT current_setting('gantry.system', true) <> '')"
"""Without a context the settings of SYSTEM and WORKSPACES are NULL; after one has been set in the
same session and its transaction has ended, they are the empty string."""
WORKSPACES = "(SELECT NULLIF(current_setting('gantry.workspaces', true), '')::uuid[])"
PERSON = "(SELECT NULLIF(current_setting('gantry.person', true), '')::uuid)"
"""Who asks; set together with WORKSPACES, by the SQL function `workspaces_of`."""
POLICY = "own_workspaces"


class OneWorkspace(migrations.RunSQL):
    """Migration operation: make (scope, key) unique, so that `SameWorkspace` can refer to it."""

    def __init__(self, table: str, key: str = "id", scope: str = "workspace_id") -> None:
        name = f"{table}_{key}_in_{scope}"
        super().__init__(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({scope}, {key})",
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
        )


class SameWorkspace(migrations.RunSQL):
    """Migration operation: `table.column` must refer to a row of the same workspace (or `scope`).

    Django 5.2 has no composite foreign key, so the model has an ordinary ForeignKey with
    `db_constraint=False`, and this adds the constraint to the database.
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
    """Migration operation: rows of `table` are visible if the context includes their workspace.

    With `allow_none`, any context may write rows without a workspace; only the system reads them,
    and the person in the column `reader`, if one is given.
    """

    def __init__(
        self,
        table: str,
        column: str = "workspace_id",
        *,
        allow_none: bool = False,
        reader: str = "",
    ) -> None:
        # Sub-selects are evaluated once per statement instead of once per row.
        inside = f"{SYSTEM} OR {column} = ANY ({WORKSPACES}::uuid[])"
        writable = f"{inside} OR {column} IS NULL" if allow_none else inside
        if reader:
            inside = f"{inside} OR {column} IS NULL AND {reader} = {PERSON}"
        super().__init__(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
            f" CREATE POLICY {POLICY} ON {table} USING ({inside}) WITH CHECK ({writable})",
            f"DROP POLICY {POLICY} ON {table};"
            f" ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
        )
