"""`migrate` as the owner of the tables, followed by the grants for the runtime role."""

from __future__ import annotations

from itertools import chain
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
"""SECURITY DEFINER functions that bypass the policies; only the runtime role may call them. Further
ones are the `granted_functions` of apps."""


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER)

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_prerelease_database(connections[options["database"]])
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            grant_privileges(
                connections[options["database"]], connections[RUNTIME].settings_dict["USER"]
            )


def refuse_prerelease_database(owner: BaseDatabaseWrapper) -> None:
    """CommandError for a database whose applied migrations do not exist any more.

    Migrations were replaced until the first release.
    """
    loader = MigrationLoader(owner)
    gone = set(loader.applied_migrations) - set(loader.disk_migrations)
    if any(app in loader.migrated_apps for app, _ in gone):
        raise CommandError(
            "This database was made by a development version of Gantry that cannot be upgraded:"
            " start with an empty one (in development, move the data directory away)."
        )


def grant_privileges(owner: BaseDatabaseWrapper, role: str) -> None:
    """Grant the runtime role what requests need, but no UPDATE or DELETE on append-only tables."""
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
        granted = [getattr(app, "granted_functions", ()) for app in apps.get_app_configs()]
        for function in (*FUNCTIONS, *chain(*granted)):
            cursor.execute("SELECT to_regprocedure(%s)", [function])
            if cursor.fetchone()[0]:
                cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {name}")


def tables_marked(mark: str) -> list[str]:
    """The tables of the models on which the class attribute `mark` is true."""
    return [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if getattr(model, mark, False)
    ]


def erasable_columns() -> list[tuple[str, str]]:
    """(table, column) of texts by people in append-only tables, which may be emptied."""
    return [
        (model._meta.db_table, column)
        for model in apps.get_models()
        for column in getattr(model, "erasable", ())
    ]
