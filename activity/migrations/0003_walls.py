"""Walls the tables in: PostgreSQL shows rows only to whoever is in their workspace."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy

NUMBER = """
CREATE OR REPLACE FUNCTION number_event() RETURNS trigger
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
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("activity", "0002_number_events")]

    operations: ClassVar = [
        migrations.RunSQL(NUMBER, migrations.RunSQL.noop),
        TenantPolicy("activity_event", homeless=True),
        TenantPolicy("activity_eventcounter"),
    ]
