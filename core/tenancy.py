"""The wall of composite foreign keys: a row can only point to rows of its own workspace."""

from django.db import migrations


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
