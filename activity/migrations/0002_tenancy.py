"""Numbers the events of a workspace in the order of their commits, and isolates workspaces."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy

NUMBER = """
CREATE FUNCTION number_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    former text := current_setting('gantry.system', true);
    number bigint;
BEGIN
    PERFORM set_config('gantry.system', 'numbering events', true);
    INSERT INTO activity_eventcounter AS counter (workspace_id, last_seq)
    VALUES (NEW.workspace_id, 1)
    ON CONFLICT (workspace_id) DO UPDATE SET last_seq = counter.last_seq + 1
    RETURNING last_seq INTO number;
    UPDATE activity_event SET seq = number WHERE id = NEW.id;
    PERFORM set_config('gantry.system', coalesce(former, ''), true);
    RETURN NULL;
END
$$;

-- Deferred to the commit, so that the counter is locked as late and briefly as possible, and
-- no event with a lower number can appear after a higher one was read.
CREATE CONSTRAINT TRIGGER number_event AFTER INSERT ON activity_event
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.workspace_id IS NOT NULL)
EXECUTE FUNCTION number_event();
"""
UNDO = "DROP TRIGGER number_event ON activity_event; DROP FUNCTION number_event();"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("activity", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL(NUMBER, UNDO),
        TenantPolicy("activity_event", allow_none=True),
        TenantPolicy("activity_eventcounter"),
        TenantPolicy("activity_textchange"),
    ]
