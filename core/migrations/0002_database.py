"""SQL functions, two of them stubs that upper apps replace, and the database cache's table."""

from typing import ClassVar

from django.db import migrations

# Stubs that return nothing; the app that has the rows replaces their bodies.
FUNCTIONS = """
CREATE FUNCTION workspaces_of(person uuid) RETURNS uuid[] LANGUAGE sql AS 'SELECT ''{}''::uuid[]';
CREATE FUNCTION locate(kind text, known_as text) RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';
REVOKE ALL ON FUNCTION workspaces_of(uuid), locate(text, text) FROM PUBLIC;
"""
# Advisory locks are granted in the order of requests, row locks are not; see core/shared_locks.py.
TURNS = """
CREATE FUNCTION await_turn(key text, is_shared boolean, may_wait boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    number bigint := hashtextextended(key, 0);
BEGIN
    IF may_wait AND is_shared THEN
        PERFORM pg_advisory_xact_lock_shared(number);
    ELSIF may_wait THEN
        PERFORM pg_advisory_xact_lock(number);
    ELSIF is_shared AND NOT pg_try_advisory_xact_lock_shared(number)
        OR NOT is_shared AND NOT pg_try_advisory_xact_lock(number) THEN
        RAISE lock_not_available USING MESSAGE = 'it is not the turn of this lock';
    END IF;
    RETURN true;
END
$$;
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
        migrations.RunSQL(TURNS, "DROP FUNCTION await_turn(text, boolean, boolean)"),
        migrations.RunSQL(CACHE, "DROP TABLE core_cache"),
    ]
