"""What stands in the product's own tables, as one comparable value."""

from functools import cache

from django.apps import apps
from django.db import connection

from core.models import AttemptCount

OURS = (
    "core",
    "outbox",
    "workspaces",
    "projects",
    "tasks",
    "comments",
    "activity",
    "notifications",
)


def everything() -> dict[str, tuple[int, str]]:
    """Each table's number of rows and the hash of all its rows; attempts count whatever happens."""
    with connection.cursor() as cursor:
        cursor.execute(_digests())
        return {table: (rows, digest) for table, rows, digest in cursor.fetchall()}


@cache
def _digests() -> str:
    """One question for all tables: a test asks it before and after."""
    return " UNION ALL ".join(
        f"SELECT '{model._meta.db_table}', count(*),"
        f" md5(coalesce(string_agg(t::text, '' ORDER BY t::text), ''))"
        f" FROM {connection.ops.quote_name(model._meta.db_table)} t"
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        if model is not AttemptCount
    )
