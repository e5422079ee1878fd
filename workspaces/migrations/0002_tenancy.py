"""Isolation of workspaces in the database: functions, foreign keys and policies."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import OneWorkspace, TenantPolicy

# The policies apply to the owner of the tables as well, so SECURITY DEFINER is not enough:
# both functions set `gantry.system` for one query each, and restore it.
# pg_temp comes last in the search path, so that a temporary table cannot hide one of ours.
# `workspaces_of` also sets `gantry.unopened`, which saves a request a second query, and
# `gantry.person`, for what belongs to a person and to no workspace.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION workspaces_of(person uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    former text := current_setting('gantry.system', true);
    found uuid[];
    unopened uuid[];
BEGIN
    PERFORM set_config('gantry.system', 'workspaces of a person', true);
    SELECT coalesce(array_agg(workspace_id), '{}'),
        array_agg(workspace_id) FILTER (WHERE opened_at IS NULL)
    INTO found, unopened FROM workspaces_membership WHERE user_id = person;
    PERFORM set_config('gantry.system', coalesce(former, ''), true);
    PERFORM set_config('gantry.unopened', coalesce(unopened::text, ''), true);
    PERFORM set_config('gantry.person', coalesce(person::text, ''), true);
    RETURN found;
END
$$;

CREATE OR REPLACE FUNCTION locate(kind text, known_as text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    former text := current_setting('gantry.system', true);
    is_uuid bool := known_as ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
    home text := 'workspace_id';
    key text := 'id = $1::uuid';
    found uuid;
BEGIN
    IF kind = 'workspaces_workspace' THEN
        home := 'id';
        key := CASE WHEN is_uuid THEN key ELSE 'external_org_id = $1' END;
    ELSIF NOT is_uuid OR NOT EXISTS (
        SELECT FROM pg_class WHERE oid = to_regclass(kind) AND relforcerowsecurity
    ) THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('gantry.system', 'where a row lives', true);
    EXECUTE format('SELECT %s FROM %s t WHERE %s', home, to_regclass(kind), key)
        || ' AND to_jsonb(t) ->> ''deleted_at'' IS NULL'
        INTO found USING known_as;
    PERFORM set_config('gantry.system', coalesce(former, ''), true);
    RETURN found;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("core", "0002_database"), ("workspaces", "0001_initial")]

    operations: ClassVar = [
        OneWorkspace("workspaces_membership", "user_id"),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        TenantPolicy("workspaces_workspace", "id"),
        TenantPolicy("workspaces_membership"),
        TenantPolicy("workspaces_invitation"),
        TenantPolicy("workspaces_optout"),
    ]
