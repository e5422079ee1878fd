"""The words of tasks, kept by triggers in a table that only functions reach."""

from typing import ClassVar

from django.db import migrations

# Without a policy: under one the operator `@@` could not use its index. The runtime role may not
# even use the schema.
TABLE = """
CREATE SCHEMA gantry_private;
CREATE TABLE gantry_private.task_words (
    task_id uuid NOT NULL,
    source_id uuid NOT NULL,
    workspace_id uuid NOT NULL,
    project_id uuid,
    title text,
    words tsvector NOT NULL,
    PRIMARY KEY (task_id, source_id)
);
COMMENT ON TABLE gantry_private.task_words IS
    'One row for each task, whose source is the task, and one for each comment on it. Of a deleted '
    'task only those of its comments stay, in no project.';
-- A search reads what is not in the tree of the index yet as a whole, so that is kept small.
CREATE INDEX task_words_by_word ON gantry_private.task_words USING gin (words)
    WITH (gin_pending_list_limit = 256);
CREATE INDEX task_words_by_workspace ON gantry_private.task_words (workspace_id, task_id);
CREATE INDEX task_words_by_project ON gantry_private.task_words (project_id, task_id);
"""

# PostgreSQL lowers letters by the collation of the database, and with "C" only those of ASCII.
FOLDED = """
DO $do$
DECLARE
    chosen text := (
        SELECT format('COLLATE %I', collname) FROM pg_collation
        WHERE collname IN ('pg_c_utf8', 'und-x-icu') AND collnamespace = 'pg_catalog'::regnamespace
        ORDER BY collname LIMIT 1
    );
BEGIN
    EXECUTE format($sql$
        CREATE FUNCTION folded(content text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
        AS 'SELECT lower(content %s)'
    $sql$, coalesce(chosen, ''));
END
$do$;
"""

# What separates words becomes a space, character by character, so that PostgreSQL's parser finds
# neither addresses nor hyphenated words, which it would index as a whole, and places stay the same.
SEPARATORS = (
    "!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~"
    "\t\n\v\f\r\u00a0¡«»¿\u2010\u2011\u2012–—\u2015‘’‚‛“”„‟…\u3000、。，"
)
WIDTH = len(SEPARATORS) - 1  # an apostrophe is doubled in SQL
WORDS = f"""
CREATE FUNCTION plain_words(content text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT translate(folded(content), '{SEPARATORS}', repeat(' ', {WIDTH})) $$;

CREATE FUNCTION gantry_private.weighed(content text, weight "char") RETURNS tsvector
LANGUAGE sql IMMUTABLE
AS $$ SELECT setweight(to_tsvector('pg_catalog.simple', public.plain_words(content)), weight) $$;

CREATE FUNCTION excerpt(content text, words text[], size integer) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT substring(content FROM greatest(1, coalesce(min(place), 1) - size / 3) FOR size)
    FROM (SELECT ' ' || plain_words(content) AS plain) text, unnest(words) word,
        nullif(strpos(plain, ' ' || word), 0) place
$$;
"""

TRIGGERS = """
CREATE FUNCTION gantry_private.keep_words_of_task() RETURNS trigger
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
            UPDATE gantry_private.task_words SET project_id = NEW.project_id WHERE task_id = NEW.id;
        END IF;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION gantry_private.move_words_of_task() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE gantry_private.task_words SET project_id = NEW.project_id WHERE task_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER keep_words AFTER INSERT OR DELETE ON tasks_task
FOR EACH ROW EXECUTE FUNCTION gantry_private.keep_words_of_task();
CREATE TRIGGER keep_edited_words AFTER UPDATE OF title, description, deleted_at ON tasks_task
FOR EACH ROW WHEN (
    (OLD.title, OLD.description, OLD.deleted_at)
    IS DISTINCT FROM (NEW.title, NEW.description, NEW.deleted_at)
) EXECUTE FUNCTION gantry_private.keep_words_of_task();
CREATE TRIGGER move_words AFTER UPDATE OF project_id ON tasks_task
FOR EACH ROW WHEN (OLD.project_id <> NEW.project_id)
EXECUTE FUNCTION gantry_private.move_words_of_task();
"""

# In the workspaces of the context alone; `readable` are the projects the person may read, so that
# others do not even count for the limit.
# Looking words up reads all that have them, before the newest are known. So where many of the newest
# 500 rows have all the words, which statistics of single words do not tell, rows are compared from
# the newest on until `most` are found; what the first rows promise may not last, so in a part only.
SEARCH = r"""
CREATE FUNCTION search_query(typed text) RETURNS tsquery LANGUAGE sql STABLE AS $$
    SELECT to_tsquery('pg_catalog.simple', string_agg(
        quote_literal(word) || CASE WHEN number = last AND length(word) > 1 THEN ':*' ELSE '' END,
        ' & '
    ))
    FROM (
        SELECT word, number, max(number) OVER () AS last
        FROM string_to_table(plain_words(typed), ' ') WITH ORDINALITY AS each (word, number)
        WHERE word <> ''
    ) words
$$;

CREATE FUNCTION search_tasks(
    typed text, home uuid, readable uuid[], most integer, with_similar boolean
)
RETURNS TABLE (task_id uuid, source_id uuid, rank real, is_capped boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 200
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    tasks uuid[];
    sources uuid[];
    ranks real[];
    asked tsquery := search_query(typed);
    likeness text := plain_words(typed);
    place uuid;
    number bigint;
    total bigint := 0;
    places uuid[] := nullif(current_setting('gantry.workspaces', true), '')::uuid[];
    narrowing text := CASE
        WHEN cardinality(readable) = 1 THEN 'workspace_id = $1 AND project_id = ($2)[1]'
        ELSE 'workspace_id = $1 AND project_id = ANY ($2)'
    END;
    newest text := format('
        SELECT array_agg(task_id), array_agg(source_id), array_agg(ts_rank(words, $3))
        FROM (
            SELECT task_id, source_id, words
            FROM (
                SELECT task_id, source_id, words FROM gantry_private.task_words
                WHERE %s ORDER BY task_id DESC LIMIT $4
            ) compared
            WHERE words @@ $3 ORDER BY task_id DESC LIMIT $5
        ) found', narrowing);
BEGIN
    IF asked IS NULL OR numnode(asked) = 0 OR cardinality(readable) = 0 THEN
        RETURN;
    END IF;
    FOREACH place IN ARRAY coalesce(places, '{}') LOOP
        CONTINUE WHEN place <> home;
        number := 0;
        EXECUTE newest INTO tasks, sources, ranks USING place, readable, asked, 500, 25;
        IF cardinality(tasks) = 25 THEN
            EXECUTE newest INTO tasks, sources, ranks
            USING place, readable, asked, most * 25, most;
            number := cardinality(tasks);
            total := total + number;
            RETURN QUERY SELECT *, number >= most FROM unnest(tasks, sources, ranks);
            CONTINUE WHEN number >= most;
        END IF;
        RETURN QUERY EXECUTE format('
            SELECT task_id, source_id, ts_rank(words, $3), count(*) OVER () >= $4
            FROM (
                SELECT task_id, source_id, words FROM gantry_private.task_words
                WHERE %s AND words @@ $3 AND ($5 IS NULL OR task_id < $5)
                ORDER BY task_id DESC LIMIT $4
            ) older', narrowing)
        USING place, readable, asked, most - number, tasks[nullif(number, 0)];
        GET DIAGNOSTICS number = ROW_COUNT;
        total := total + number;
    END LOOP;
    -- Few tasks have these words: titles that are similar, of the newest tasks.
    IF total >= 5 OR NOT with_similar OR length(likeness) < 4 THEN
        RETURN;
    END IF;
    FOREACH place IN ARRAY coalesce(places, '{}') LOOP
        CONTINUE WHEN place <> home;
        RETURN QUERY EXECUTE format('
            SELECT task_id, source_id, (likeness / 20)::real, false
            FROM (
                SELECT task_id, source_id, word_similarity($3, title) AS likeness
                FROM (
                    SELECT task_id, source_id, title FROM gantry_private.task_words
                    WHERE %s AND title IS NOT NULL ORDER BY task_id DESC LIMIT 5000
                ) newest
            ) compared WHERE likeness > 0.4 ORDER BY likeness DESC, task_id DESC LIMIT 50', narrowing)
        USING place, readable, likeness;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION search_tasks(text, uuid, uuid[], integer, boolean) FROM PUBLIC;
"""
UNDONE = """
DROP TRIGGER keep_words ON tasks_task;
DROP TRIGGER keep_edited_words ON tasks_task;
DROP TRIGGER move_words ON tasks_task;
DROP FUNCTION search_tasks(text, uuid, uuid[], integer, boolean), search_query(text);
DROP SCHEMA gantry_private CASCADE;
DROP FUNCTION excerpt(text, text[], integer), plain_words(text), folded(text);
DROP EXTENSION pg_trgm;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tasks", "0004_relations")]

    operations: ClassVar = [
        # A trusted extension: who may create a schema in the database may create it.
        migrations.RunSQL("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public"),
        migrations.RunSQL([TABLE, FOLDED, WORDS, TRIGGERS, SEARCH], UNDONE),
    ]
