"""Writes down how each change of a task changes the numbers of its project."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy

# Only inserts, so that nobody waits; the conditions are compared before the function is called.
COUNT = """
-- What a task counts for, deleted ones aside; PostgreSQL puts the query into that of the caller.
CREATE FUNCTION dashboards_counted(category text, status_id uuid, priority text, assignee_id uuid,
    due_date date, completed_on date, changed_on date)
RETURNS TABLE (kind text, day date, value text) LANGUAGE sql IMMUTABLE AS $$
    SELECT counted.kind, counted.day, counted.value
    FROM (VALUES
        ('CATEGORY', NULL::date, category, true),
        ('STATUS', NULL, status_id::text, true),
        ('FLOW', changed_on, category, changed_on IS NOT NULL),
        ('PRIORITY', NULL, priority, category IN ('TODO', 'IN_PROGRESS')),
        ('ASSIGNEE', NULL, COALESCE(assignee_id::text, ''), category IN ('TODO', 'IN_PROGRESS')),
        ('DUE', due_date, '', category IN ('TODO', 'IN_PROGRESS') AND due_date IS NOT NULL),
        ('COMPLETED', completed_on, '',
            category IN ('DONE', 'CLOSED') AND completed_on IS NOT NULL)
    ) AS counted (kind, day, value, applies)
    WHERE applies
$$;

CREATE FUNCTION dashboards_count_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL THEN
        INSERT INTO dashboards_countedchange (workspace_id, project_id, day, amount, category,
            status_id, priority, assignee_id, due_date, completed_on)
        VALUES (OLD.workspace_id, OLD.project_id, today, -1, OLD.category, OLD.status_id,
            OLD.priority, OLD.assignee_id, OLD.due_date,
            (OLD.completed_at AT TIME ZONE 'UTC')::date);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL THEN
        INSERT INTO dashboards_countedchange (workspace_id, project_id, day, amount, category,
            status_id, priority, assignee_id, due_date, completed_on)
        VALUES (NEW.workspace_id, NEW.project_id,
            CASE TG_OP WHEN 'INSERT' THEN (NEW.created_at AT TIME ZONE 'UTC')::date ELSE today END,
            1, NEW.category, NEW.status_id, NEW.priority, NEW.assignee_id, NEW.due_date,
            (NEW.completed_at AT TIME ZONE 'UTC')::date);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER dashboards_count_added AFTER INSERT ON tasks_task FOR EACH ROW
WHEN (NEW.deleted_at IS NULL) EXECUTE FUNCTION dashboards_count_change();
CREATE TRIGGER dashboards_count_changed AFTER UPDATE ON tasks_task FOR EACH ROW
WHEN ((OLD.project_id, OLD.category, OLD.status_id, OLD.priority, OLD.assignee_id, OLD.due_date,
    OLD.completed_at, OLD.deleted_at)
    IS DISTINCT FROM (NEW.project_id, NEW.category, NEW.status_id, NEW.priority, NEW.assignee_id,
    NEW.due_date, NEW.completed_at, NEW.deleted_at))
EXECUTE FUNCTION dashboards_count_change();
CREATE TRIGGER dashboards_count_removed AFTER DELETE ON tasks_task FOR EACH ROW
WHEN (OLD.deleted_at IS NULL) EXECUTE FUNCTION dashboards_count_change();
"""
UNDO = """
DROP TRIGGER dashboards_count_added ON tasks_task;
DROP TRIGGER dashboards_count_changed ON tasks_task;
DROP TRIGGER dashboards_count_removed ON tasks_task;
DROP FUNCTION dashboards_count_change();
DROP FUNCTION dashboards_counted(text, uuid, text, uuid, date, date, date);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("dashboards", "0001_initial"), ("tasks", "0005_search")]

    operations: ClassVar = [
        TenantPolicy("dashboards_countedchange"),
        TenantPolicy("dashboards_total"),
        migrations.RunSQL(COUNT, UNDO),
    ]
