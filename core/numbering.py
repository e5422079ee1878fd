"""A migration operation: rows are numbered in the order of their commits."""

from typing import NamedTuple

from django.db import migrations

SQL = """
ALTER TABLE {table} ADD COLUMN unnumbered_in xid8 DEFAULT pg_current_xact_id();
CREATE INDEX {name}_waiting ON {table} (unnumbered_in) WHERE seq IS NULL AND {numbered};

-- Whether the row is the first without a number in this transaction. A savepoint that is rolled
-- back takes with it both what is set here and the queued trigger.
CREATE FUNCTION {name}_is_first() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    unnumbered text := pg_catalog.current_setting('gantry.{name}', true);
BEGIN
    IF unnumbered = 'many' THEN
        RETURN false;
    END IF;
    IF unnumbered = 'one' THEN
        PERFORM pg_catalog.set_config('gantry.{name}', 'many', true);
        RETURN false;
    END IF;
    PERFORM pg_catalog.set_config('gantry.{name}', 'one', true);
    RETURN true;
END
$$;

CREATE FUNCTION {name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    former text := current_setting('gantry.system', true);
    own uuid;
    added bigint;
    number bigint;
    moment timestamptz;
BEGIN
    PERFORM set_config('gantry.system', 'numbering rows', true);
    IF current_setting('gantry.{name}') = 'one' THEN
        INSERT INTO {counter} AS counter ({key}, last_seq)
        VALUES (NEW.{owner}, 1)
        ON CONFLICT ({key}) DO UPDATE SET last_seq = counter.last_seq + 1
        RETURNING last_seq INTO number;
        moment := clock_timestamp();
        UPDATE {table} SET seq = number, unnumbered_in = NULL{timed} WHERE id = NEW.id;
    ELSE
        FOR own, added IN
            SELECT {owner}, count(*) FROM {table}
            WHERE unnumbered_in = pg_current_xact_id() AND seq IS NULL AND {numbered}
            GROUP BY {owner} ORDER BY {owner}
        LOOP
            INSERT INTO {counter} AS counter ({key}, last_seq)
            VALUES (own, added)
            ON CONFLICT ({key}) DO UPDATE SET last_seq = counter.last_seq + added
            RETURNING last_seq - added INTO number;
            moment := clock_timestamp(); -- while the counter is locked: later than all before
            UPDATE {table} AS numbered
            SET seq = number + placed.place, unnumbered_in = NULL{timed}
            FROM (
                SELECT id, row_number() OVER (ORDER BY id) AS place FROM {table}
                WHERE unnumbered_in = pg_current_xact_id() AND seq IS NULL AND {numbered}
                AND {owner} = own
            ) AS placed
            WHERE numbered.id = placed.id;
        END LOOP;
    END IF;
    PERFORM set_config('gantry.system', coalesce(former, ''), true);
    PERFORM set_config('gantry.{name}', '', true);
    RETURN NULL;
END
$$;

-- Deferred to the commit, so that the counters are locked as late and briefly as possible, and
-- no row with a lower number can appear after a higher one was read. The condition is evaluated
-- at the statement: the trigger is queued for the first row and numbers all of the transaction.
CREATE CONSTRAINT TRIGGER {name} AFTER {operations} ON {table}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.seq IS NULL AND NEW.{numbered} AND {name}_is_first())
EXECUTE FUNCTION {name}();
"""
AGAIN = """
CREATE FUNCTION {name}_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.unnumbered_in := pg_catalog.pg_current_xact_id();
    RETURN NEW;
END
$$;

CREATE TRIGGER {name}_again BEFORE UPDATE ON {table}
FOR EACH ROW WHEN (NEW.seq IS NULL AND OLD.seq IS NOT NULL)
EXECUTE FUNCTION {name}_again();
"""
UNDO = """
DROP TRIGGER IF EXISTS {name}_again ON {table};
DROP FUNCTION IF EXISTS {name}_again();
DROP TRIGGER {name} ON {table};
DROP FUNCTION {name}();
DROP FUNCTION {name}_is_first();
DROP INDEX {name}_waiting;
ALTER TABLE {table} DROP COLUMN unnumbered_in;
"""


class Counters(NamedTuple):
    """The table of the last numbers, and its key."""

    table: str
    key: str


class NumberedRows(migrations.RunSQL):
    """Migration operation: a trigger `name` sets `seq` of the rows of `table` just before commits.

    Each `owner`, a column with the key of a row of `counters`, has numbers of its own, without
    gaps unless rows are removed. Counters are locked in the order of their keys. `numbered` is a
    condition that begins with a column, and `time` a column that is set as well: the same for all
    rows of a transaction. With `again`, rows whose `seq` an update sets to null get a new number.
    """

    def __init__(
        self,
        name: str,
        table: str,
        owner: str,
        counters: Counters,
        *,
        numbered: str,
        time: str = "",
        again: bool = False,
    ) -> None:
        names = {
            "name": name,
            "table": table,
            "owner": owner,
            "counter": counters.table,
            "key": counters.key,
            "numbered": numbered,
            "timed": f", {time} = moment" if time else "",
            "operations": "INSERT OR UPDATE" if again else "INSERT",
        }
        made = SQL + AGAIN if again else SQL
        super().__init__(made.format(**names), UNDO.format(**names))
