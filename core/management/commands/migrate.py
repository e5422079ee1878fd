"""`migrate` as the owner of the tables, who then lets the runtime role in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader

if TYPE_CHECKING:
    from django.core.management import CommandParser
    from django.db.backends.base.base import BaseDatabaseWrapper

OWNER = "direct"
RUNTIME = "default"
FUNCTIONS = ("workspaces_of(uuid)", "locate(text, text)")
"""What looks past the policies for the runtime role, and for nobody else."""


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_older(connections[options["database"]])
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            let_in(connections[options["database"]], connections[RUNTIME].settings_dict["USER"])


def refuse_older(owner: BaseDatabaseWrapper) -> None:
    """Refuse a database made before the first release, whose migrations were replaced since."""
    loader = MigrationLoader(owner)
    gone = set(loader.applied_migrations) - set(loader.disk_migrations)
    if any(app in loader.migrated_apps for app, _ in gone):
        raise CommandError(
            "This database was made by a development version of Gantry that cannot be upgraded:"
            " start with an empty one (in development, move the data directory away)."
        )


def let_in(owner: BaseDatabaseWrapper, role: str) -> None:
    """Give the runtime role what requests need, and no change of what may only grow."""
    if role == owner.settings_dict["USER"]:
        return
    name = owner.ops.quote_name(role)
    grants = [
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
    ]
    with transaction.atomic(using=owner.alias), owner.cursor() as cursor:
        for statement in grants:
            cursor.execute(statement)
        present = set(owner.introspection.table_names(cursor))
        for table in present.intersection(tables_marked("append_only")):
            fixed = owner.ops.quote_name(table)
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {fixed} FROM {name}")
        for table, column in erasable_columns():
            if table in present:
                fixed = f"({owner.ops.quote_name(column)}) ON {owner.ops.quote_name(table)}"
                cursor.execute(f"GRANT UPDATE {fixed} TO {name}")
        for table in present.intersection(tables_marked("kept_by_triggers")):
            fixed = owner.ops.quote_name(table)
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {fixed} FROM {name}")
        for function in FUNCTIONS:
            cursor.execute("SELECT to_regprocedure(%s)", [function])
            if cursor.fetchone()[0]:
                cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {name}")


def tables_marked(mark: str) -> list[str]:
    return [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if getattr(model, mark, False)
    ]


def erasable_columns() -> list[tuple[str, str]]:
    """What may be emptied in tables that may only grow: people's words."""
    return [
        (model._meta.db_table, column)
        for model in apps.get_models()
        for column in getattr(model, "erasable", ())
    ]
