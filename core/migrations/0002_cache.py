"""The table of Django's database cache, which counts attempts to sign in."""

from typing import ClassVar

from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE core_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX core_cache_expires ON core_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("core", "0001_initial")]

    operations: ClassVar = [migrations.RunSQL(CREATE, "DROP TABLE core_cache")]
