"""Chains the entries of a commit, copies staff's actions from the admin, isolates workspaces."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy

CHAIN = """
ALTER TABLE audit_auditentry ADD COLUMN unchained_in xid8 DEFAULT pg_current_xact_id();
CREATE INDEX unchained_entries ON audit_auditentry (unchained_in) WHERE number IS NULL;

-- The canonical form, as audit/models.py describes it, is hashed here and nowhere else.
CREATE FUNCTION audit_hash(entry audit_auditentry) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT encode(sha256(convert_to(json_build_array(
        entry.previous,
        entry.workspace_id::text,
        entry.number,
        entry.id::text,
        to_char(entry.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        entry.actor_id::text,
        entry.via,
        entry.token_id::text,
        entry.reason,
        entry.action,
        entry.entity,
        entry.entity_id,
        entry.details,
        entry.request_id
    )::text, 'UTF8')), 'hex')
$$;

-- Whether the entry is the first one of this transaction that is not in its chain. A savepoint
-- that is rolled back takes with it both what is set here and the queued trigger.
CREATE FUNCTION is_first_unchained() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF pg_catalog.current_setting('gantry.unchained', true) = 'yes' THEN
        RETURN false;
    END IF;
    PERFORM pg_catalog.set_config('gantry.unchained', 'yes', true);
    RETURN true;
END
$$;

-- Queues `chain_entries` behind all that is deferred to the commit already, such as numbering
-- events: so heads are the last rows a transaction locks, in whatever order it wrote.
CREATE FUNCTION chain_entries_last() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    former text := current_setting('gantry.system', true);
BEGIN
    PERFORM set_config('gantry.system', 'chaining audit entries', true);
    UPDATE audit_auditentry SET unchained_in = unchained_in WHERE id = NEW.id;
    PERFORM set_config('gantry.system', coalesce(former, ''), true);
    RETURN NULL;
END
$$;

CREATE FUNCTION chain_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    former text := current_setting('gantry.system', true);
    instance uuid := '00000000-0000-0000-0000-000000000000';
    chain uuid;
    head audit_audithead;
    entry audit_auditentry;
BEGIN
    PERFORM set_config('gantry.system', 'chaining audit entries', true);
    FOR chain IN
        SELECT DISTINCT coalesce(workspace_id, instance) FROM audit_auditentry
        WHERE unchained_in = pg_current_xact_id() AND number IS NULL
        ORDER BY 1
    LOOP
        INSERT INTO audit_audithead AS known (workspace_id, last_number, last_hash)
        VALUES (chain, 0, '')
        ON CONFLICT (workspace_id) DO UPDATE SET last_number = known.last_number
        RETURNING * INTO head;
        FOR entry IN
            SELECT * FROM audit_auditentry
            WHERE unchained_in = pg_current_xact_id() AND number IS NULL
            AND coalesce(workspace_id, instance) = chain
            ORDER BY id
        LOOP
            entry.number := head.last_number + 1;
            entry.previous := head.last_hash;
            entry.hash := audit_hash(entry);
            UPDATE audit_auditentry
            SET number = entry.number, previous = entry.previous, hash = entry.hash,
                unchained_in = NULL
            WHERE id = entry.id;
            head.last_number := entry.number;
            head.last_hash := entry.hash;
        END LOOP;
        UPDATE audit_audithead
        SET last_number = head.last_number, last_hash = head.last_hash
        WHERE workspace_id = chain;
    END LOOP;
    PERFORM set_config('gantry.system', coalesce(former, ''), true);
    PERFORM set_config('gantry.unchained', '', true);
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER chain_entries_last AFTER INSERT ON audit_auditentry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (is_first_unchained())
EXECUTE FUNCTION chain_entries_last();

CREATE CONSTRAINT TRIGGER chain_entries AFTER UPDATE OF unchained_in ON audit_auditentry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.number IS NULL)
EXECUTE FUNCTION chain_entries();
"""
UNDO_CHAIN = """
DROP TRIGGER chain_entries ON audit_auditentry;
DROP TRIGGER chain_entries_last ON audit_auditentry;
DROP FUNCTION chain_entries();
DROP FUNCTION chain_entries_last();
DROP FUNCTION is_first_unchained();
DROP FUNCTION audit_hash(audit_auditentry);
DROP INDEX unchained_entries;
ALTER TABLE audit_auditentry DROP COLUMN unchained_in;
"""

# Of the admin's own log, which every page writes, also those of libraries, and in bulk without
# signals. Neither the name of the row nor what the message says is copied: both may name people.
STAFF = """
CREATE FUNCTION audit_staff_action() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO audit_auditentry
        (id, created_at, actor_id, via, reason, action, entity, entity_id, details, request_id,
         previous, hash)
    SELECT gen_random_uuid(), clock_timestamp(), NEW.user_id, 'admin', '',
        'staff.' || (ARRAY['added', 'changed', 'deleted'])[NEW.action_flag],
        coalesce(kind.app_label || '.' || kind.model, ''),
        left(coalesce(NEW.object_id, ''), 64), '{}', '', '', ''
    FROM (SELECT 1) AS always
    LEFT JOIN django_content_type AS kind ON kind.id = NEW.content_type_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER audit_staff_action AFTER INSERT ON django_admin_log
FOR EACH ROW EXECUTE FUNCTION audit_staff_action();
"""
UNDO_STAFF = """
DROP TRIGGER audit_staff_action ON django_admin_log;
DROP FUNCTION audit_staff_action();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("audit", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations: ClassVar = [
        migrations.RunSQL(CHAIN, UNDO_CHAIN),
        migrations.RunSQL(STAFF, UNDO_STAFF),
        TenantPolicy("audit_auditentry", allow_none=True),
        TenantPolicy("audit_audithead"),
    ]
