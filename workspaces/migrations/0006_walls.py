"""Walls the tables in: PostgreSQL shows rows only to whoever is in their workspace."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy

# The owner of the tables is behind the walls as well; these two step out for one question.
# With pg_temp named last, nobody can put a table of their own before ours.
FUNCTIONS = """
CREATE FUNCTION workspaces_of(person uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    former text := current_setting('gantry.system', true);
    found uuid[];
BEGIN
    PERFORM set_config('gantry.system', 'workspaces of a person', true);
    found := ARRAY(SELECT workspace_id FROM workspaces_membership WHERE user_id = person);
    PERFORM set_config('gantry.system', coalesce(former, ''), true);
    RETURN found;
END
$$;

CREATE FUNCTION locate(kind text, known_as text) RETURNS uuid
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

REVOKE ALL ON FUNCTION workspaces_of(uuid), locate(text, text) FROM PUBLIC;
"""
UNDO = "DROP FUNCTION workspaces_of(uuid); DROP FUNCTION locate(text, text);"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("workspaces", "0005_invitations")]

    operations: ClassVar = [
        migrations.RunSQL(FUNCTIONS, UNDO),
        TenantPolicy("workspaces_workspace", "id"),
        TenantPolicy("workspaces_membership"),
        TenantPolicy("workspaces_invitation"),
    ]
