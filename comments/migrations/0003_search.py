"""The words of comments, kept beside those of their tasks."""

from typing import ClassVar

from django.db import migrations

# A comment is where the row of its task says.
TRIGGERS = """
CREATE FUNCTION gantry_private.keep_words_of_comment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM gantry_private.task_words WHERE task_id = OLD.task_id AND source_id = OLD.id;
    ELSIF NEW.deleted_at IS NOT NULL THEN
        DELETE FROM gantry_private.task_words WHERE task_id = NEW.task_id AND source_id = NEW.id;
    ELSE
        INSERT INTO gantry_private.task_words
        SELECT task_id, NEW.id, workspace_id, project_id, NULL,
            gantry_private.weighed(NEW.content, 'D')
        FROM gantry_private.task_words
        WHERE task_id = NEW.task_id AND source_id = NEW.task_id
        ON CONFLICT (task_id, source_id) DO UPDATE SET words = excluded.words;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER keep_words AFTER INSERT OR DELETE ON comments_comment
FOR EACH ROW EXECUTE FUNCTION gantry_private.keep_words_of_comment();
CREATE TRIGGER keep_edited_words AFTER UPDATE OF content, deleted_at ON comments_comment
FOR EACH ROW WHEN (
    (OLD.content, OLD.deleted_at) IS DISTINCT FROM (NEW.content, NEW.deleted_at)
) EXECUTE FUNCTION gantry_private.keep_words_of_comment();
"""
UNDONE = """
DROP TRIGGER keep_words ON comments_comment;
DROP TRIGGER keep_edited_words ON comments_comment;
DROP FUNCTION gantry_private.keep_words_of_comment();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("comments", "0002_tenancy"), ("tasks", "0005_search")]

    operations: ClassVar = [migrations.RunSQL(TRIGGERS, UNDONE)]
