"""Functions whose bodies an upper app brings, and the table of Django's database cache."""

from typing import ClassVar

from django.db import migrations

# Both answer that there is nothing; whoever keeps the rows replaces them.
FUNCTIONS = """
CREATE FUNCTION workspaces_of(person uuid) RETURNS uuid[] LANGUAGE sql AS 'SELECT ''{}''::uuid[]';
CREATE FUNCTION locate(kind text, known_as text) RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';
REVOKE ALL ON FUNCTION workspaces_of(uuid), locate(text, text) FROM PUBLIC;
"""
CACHE = """
CREATE UNLOGGED TABLE core_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX core_cache_expires ON core_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("core", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL(
            FUNCTIONS, "DROP FUNCTION workspaces_of(uuid); DROP FUNCTION locate(text, text);"
        ),
        migrations.RunSQL(CACHE, "DROP TABLE core_cache"),
    ]
