"""What stands in the product's own tables, as one comparable value."""

from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection

from core.models import AttemptCount

OF_PEOPLE = ("accounts", "identity", "clerk")
"""Apps whose rows change when somebody signs in."""


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
        for app in apps.get_app_configs()
        if Path(app.path).parent == settings.BASE_DIR and app.label not in OF_PEOPLE
        for model in app.get_models()
        if model is not AttemptCount
    )
