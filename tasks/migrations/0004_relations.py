"""Functions for relations: how many open tasks block each task, and a schedule of tasks."""

from typing import ClassVar

from django.db import migrations

# A task blocks as long as it is neither complete nor deleted, nor its project deleted. Whoever
# changes that holds its row, or its project; whoever adds or removes a relation shares both. So
# each change is counted once, and the UPDATE waits for whoever holds the blocked task.
COUNT = """
CREATE FUNCTION tasks_blocks(task tasks_task) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT task.deleted_at IS NULL AND NOT task.is_complete AND EXISTS (
        SELECT FROM projects_project WHERE id = task.project_id AND deleted_at IS NULL
    )
$$;

CREATE FUNCTION tasks_count_relation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    relation tasks_relation := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    UPDATE tasks_task SET open_blockers = open_blockers + CASE TG_OP WHEN 'DELETE' THEN -1 ELSE 1 END
    WHERE id = relation.target_id AND EXISTS (
        SELECT FROM tasks_task AS source WHERE source.id = relation.source_id AND tasks_blocks(source)
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER tasks_count_added AFTER INSERT ON tasks_relation FOR EACH ROW
WHEN (NEW.kind = 'BLOCKS') EXECUTE FUNCTION tasks_count_relation();
CREATE TRIGGER tasks_count_removed AFTER DELETE ON tasks_relation FOR EACH ROW
WHEN (OLD.kind = 'BLOCKS') EXECUTE FUNCTION tasks_count_relation();

CREATE FUNCTION tasks_count_blocker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tasks_task
    SET open_blockers = open_blockers
        + CASE WHEN NEW.deleted_at IS NULL AND NOT NEW.is_complete THEN 1 ELSE -1 END
    WHERE id IN (
        SELECT target_id FROM tasks_relation WHERE source_id = NEW.id AND kind = 'BLOCKS'
    ) AND EXISTS (
        SELECT FROM projects_project WHERE id = NEW.project_id AND deleted_at IS NULL
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER tasks_count_blocker AFTER UPDATE ON tasks_task FOR EACH ROW
WHEN ((OLD.deleted_at IS NULL AND NOT OLD.is_complete)
    IS DISTINCT FROM (NEW.deleted_at IS NULL AND NOT NEW.is_complete))
EXECUTE FUNCTION tasks_count_blocker();

CREATE FUNCTION tasks_count_blockers_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tasks_task AS task
    SET open_blockers = open_blockers
        + CASE WHEN NEW.deleted_at IS NULL THEN blocked.times ELSE -blocked.times END
    FROM (
        SELECT relation.target_id, count(*) AS times
        FROM tasks_relation AS relation JOIN tasks_task AS source ON source.id = relation.source_id
        WHERE relation.kind = 'BLOCKS' AND relation.workspace_id = NEW.workspace_id
        AND source.project_id = NEW.id AND source.deleted_at IS NULL AND NOT source.is_complete
        GROUP BY relation.target_id
    ) AS blocked
    WHERE task.id = blocked.target_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER tasks_count_blockers_in AFTER UPDATE OF deleted_at ON projects_project FOR EACH ROW
WHEN ((OLD.deleted_at IS NULL) IS DISTINCT FROM (NEW.deleted_at IS NULL))
EXECUTE FUNCTION tasks_count_blockers_in();
"""
UNDO = """
DROP FUNCTION tasks_count_relation(), tasks_count_blocker(), tasks_count_blockers_in() CASCADE;
DROP FUNCTION tasks_blocks(tasks_task);
"""

# Topological order and longest paths, in time linear in tasks and relations: a recursive query
# would walk each path of its own. Results are in the order of `numbers`; NULL for tasks in a cycle.
# Relations with other numbers are ignored.
SCHEDULE = """
CREATE FUNCTION tasks_schedule(
    numbers int[], durations bigint[], sources int[], targets int[],
    OUT earliest_starts bigint[], OUT latest_starts bigint[]
) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    nodes int := coalesce(cardinality(numbers), 0);
    edges int := coalesce(cardinality(sources), 0);
    last_number int := coalesce((SELECT max(number) FROM unnest(numbers) AS number), 0);
    places int[] := array_fill(0, ARRAY[last_number]);
    first_edges int[] := array_fill(0, ARRAY[nodes]);
    next_edges int[] := array_fill(0, ARRAY[edges]);
    ends int[] := next_edges;
    waits_for int[] := first_edges;
    sorted int[] := first_edges;
    starts bigint[] := array_fill(0::bigint, ARRAY[nodes]);
    finishes bigint[];
    known int := 0;
    done int := 0;
    edge int;
    one int;
    other int;
    finish bigint;
    last_finish bigint := 0;
BEGIN
    FOR one IN 1..nodes LOOP
        places[numbers[one]] := one;
    END LOOP;
    FOR edge IN 1..edges LOOP
        one := places[sources[edge]];
        other := places[targets[edge]];
        IF one > 0 AND other > 0 THEN
            next_edges[edge] := first_edges[one];
            first_edges[one] := edge;
            ends[edge] := other;
            waits_for[other] := waits_for[other] + 1;
        END IF;
    END LOOP;
    FOR one IN 1..nodes LOOP
        IF waits_for[one] = 0 THEN
            known := known + 1;
            sorted[known] := one;
        END IF;
    END LOOP;
    WHILE done < known LOOP
        done := done + 1;
        one := sorted[done];
        finish := starts[one] + durations[one];
        last_finish := greatest(last_finish, finish);
        edge := first_edges[one];
        WHILE edge > 0 LOOP
            other := ends[edge];
            starts[other] := greatest(starts[other], finish);
            waits_for[other] := waits_for[other] - 1;
            IF waits_for[other] = 0 THEN
                known := known + 1;
                sorted[known] := other;
            END IF;
            edge := next_edges[edge];
        END LOOP;
    END LOOP;
    finishes := array_fill(last_finish, ARRAY[nodes]);
    earliest_starts := array_fill(NULL::bigint, ARRAY[nodes]);
    latest_starts := earliest_starts;
    FOR place IN REVERSE known..1 LOOP
        one := sorted[place];
        edge := first_edges[one];
        WHILE edge > 0 LOOP
            other := ends[edge];
            finishes[one] := least(finishes[one], latest_starts[other]);
            edge := next_edges[edge];
        END LOOP;
        earliest_starts[one] := starts[one];
        latest_starts[one] := finishes[one] - durations[one];
    END LOOP;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tasks", "0003_statistics"), ("projects", "0002_tenancy")]

    operations: ClassVar = [
        migrations.RunSQL(COUNT, UNDO),
        migrations.RunSQL(SCHEDULE, "DROP FUNCTION tasks_schedule(int[], bigint[], int[], int[])"),
    ]
