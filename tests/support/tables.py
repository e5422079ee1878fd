"""What stands in the product's own tables, as one comparable value."""

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
    return {
        model._meta.db_table: _digest(model._meta.db_table)
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        if model is not AttemptCount
    }


def _digest(table: str) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), md5(coalesce(string_agg(t::text, '' ORDER BY t::text), ''))"
            f" FROM {connection.ops.quote_name(table)} t"
        )
        rows, digest = cursor.fetchone()
        return int(rows), str(digest)
