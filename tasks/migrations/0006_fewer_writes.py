"""Tasks that are restored, or shown after an import, are written to the words and blocked tasks once.

As in 0004 and 0005, but where nothing changes nothing is written.
"""

from typing import ClassVar

from django.db import migrations

WORDS = """
CREATE OR REPLACE FUNCTION gantry_private.keep_words_of_task() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM gantry_private.task_words WHERE task_id = OLD.id;
    ELSIF NEW.deleted_at IS NOT NULL THEN
        DELETE FROM gantry_private.task_words WHERE task_id = NEW.id AND source_id = NEW.id;
        UPDATE gantry_private.task_words SET project_id = NULL WHERE task_id = NEW.id;
    ELSE
        INSERT INTO gantry_private.task_words
        VALUES (
            NEW.id, NEW.id, NEW.workspace_id, NEW.project_id, plain_words(NEW.title),
            gantry_private.weighed(NEW.title, 'A') || gantry_private.weighed(NEW.description, 'B')
        )
        ON CONFLICT (task_id, source_id) DO UPDATE SET title = excluded.title, words = excluded.words;
        IF TG_OP = 'UPDATE' AND OLD.deleted_at IS NOT NULL THEN
            UPDATE gantry_private.task_words SET project_id = NEW.project_id
            WHERE task_id = NEW.id{changed};
        END IF;
    END IF;
    RETURN NULL;
END
$$;
"""
BLOCKERS = """
CREATE OR REPLACE FUNCTION tasks_count_blocker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {guard}
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
"""
GUARD = """
    IF NOT EXISTS (
        SELECT FROM tasks_relation WHERE source_id = NEW.id AND kind = 'BLOCKS'
    ) THEN
        RETURN NULL;
    END IF;
"""
CHANGED = " AND project_id IS DISTINCT FROM NEW.project_id"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tasks", "0005_search")]

    operations: ClassVar = [
        migrations.RunSQL(WORDS.format(changed=CHANGED), WORDS.format(changed="")),
        migrations.RunSQL(BLOCKERS.format(guard=GUARD), BLOCKERS.format(guard="")),
    ]
