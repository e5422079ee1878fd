"""Numbers the events of a workspace in the order of their commits, and isolates workspaces."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy

NUMBER = """
ALTER TABLE activity_event ADD COLUMN unnumbered_in xid8 DEFAULT pg_current_xact_id();
CREATE INDEX unnumbered_events ON activity_event (unnumbered_in)
WHERE seq IS NULL AND workspace_id IS NOT NULL;

-- Whether the event is the first without a number in this transaction. A savepoint that is rolled
-- back takes with it both what is set here and the queued trigger.
CREATE FUNCTION is_first_unnumbered() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    unnumbered text := pg_catalog.current_setting('gantry.unnumbered', true);
BEGIN
    IF unnumbered = 'many' THEN
        RETURN false;
    END IF;
    IF unnumbered = 'one' THEN
        PERFORM pg_catalog.set_config('gantry.unnumbered', 'many', true);
        RETURN false;
    END IF;
    PERFORM pg_catalog.set_config('gantry.unnumbered', 'one', true);
    RETURN true;
END
$$;

CREATE FUNCTION number_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    former text := current_setting('gantry.system', true);
    own uuid;
    added bigint;
    number bigint;
    moment timestamptz;
BEGIN
    PERFORM set_config('gantry.system', 'numbering events', true);
    IF current_setting('gantry.unnumbered') = 'one' THEN
        INSERT INTO activity_eventcounter AS counter (workspace_id, last_seq)
        VALUES (NEW.workspace_id, 1)
        ON CONFLICT (workspace_id) DO UPDATE SET last_seq = counter.last_seq + 1
        RETURNING last_seq INTO number;
        UPDATE activity_event
        SET seq = number, unnumbered_in = NULL, committed_at = clock_timestamp()
        WHERE id = NEW.id;
    ELSE
        FOR own, added IN
            SELECT workspace_id, count(*) FROM activity_event
            WHERE unnumbered_in = pg_current_xact_id() AND seq IS NULL AND workspace_id IS NOT NULL
            GROUP BY workspace_id ORDER BY workspace_id
        LOOP
            INSERT INTO activity_eventcounter AS counter (workspace_id, last_seq)
            VALUES (own, added)
            ON CONFLICT (workspace_id) DO UPDATE SET last_seq = counter.last_seq + added
            RETURNING last_seq - added INTO number;
            moment := clock_timestamp(); -- while the counter is locked: later than all before
            UPDATE activity_event AS event
            SET seq = number + placed.place, unnumbered_in = NULL, committed_at = moment
            FROM (
                SELECT id, row_number() OVER (ORDER BY id) AS place FROM activity_event
                WHERE unnumbered_in = pg_current_xact_id() AND seq IS NULL AND workspace_id = own
            ) AS placed
            WHERE event.id = placed.id;
        END LOOP;
    END IF;
    PERFORM set_config('gantry.system', coalesce(former, ''), true);
    PERFORM set_config('gantry.unnumbered', '', true);
    RETURN NULL;
END
$$;

-- Deferred to the commit, so that the counters are locked as late and briefly as possible, and
-- no event with a lower number can appear after a higher one was read. The condition is evaluated
-- at the insert: the trigger is queued for the first event and numbers all of the transaction.
CREATE CONSTRAINT TRIGGER number_event AFTER INSERT ON activity_event
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.workspace_id IS NOT NULL AND is_first_unnumbered())
EXECUTE FUNCTION number_event();
"""
UNDO = """
DROP TRIGGER number_event ON activity_event;
DROP FUNCTION number_event();
DROP FUNCTION is_first_unnumbered();
DROP INDEX unnumbered_events;
ALTER TABLE activity_event DROP COLUMN unnumbered_in;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("activity", "0001_initial")]

    operations: ClassVar = [
        migrations.RunSQL(NUMBER, UNDO),
        TenantPolicy("activity_event", allow_none=True),
        TenantPolicy("activity_eventcounter"),
        TenantPolicy("activity_textchange"),
    ]
