"""Isolation of workspaces in the tables of this app."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import OneWorkspace, SameWorkspace, TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tasks", "0001_initial"), ("projects", "0002_tenancy")]

    operations: ClassVar = [
        OneWorkspace("tasks_task"),
        SameWorkspace("tasks_task", "project_id", "projects_project"),
        SameWorkspace("tasks_task", "status_id", "projects_status", scope="project_id"),
        SameWorkspace("tasks_task", "parent_id", "tasks_task"),
        SameWorkspace("tasks_taskcounter", "project_id", "projects_project"),
        SameWorkspace("tasks_statuschange", "task_id", "tasks_task"),
        SameWorkspace("tasks_relation", "source_id", "tasks_task"),
        SameWorkspace("tasks_relation", "target_id", "tasks_task"),
        TenantPolicy("tasks_relation"),
        SameWorkspace("tasks_savedfilter", "project_id", "projects_project"),
        TenantPolicy("tasks_savedfilter"),
        OneWorkspace("tasks_label"),
        SameWorkspace("tasks_label", "project_id", "projects_project"),
        SameWorkspace("tasks_tasklabel", "task_id", "tasks_task"),
        SameWorkspace("tasks_tasklabel", "label_id", "tasks_label"),
        SameWorkspace("tasks_watcher", "task_id", "tasks_task"),
        SameWorkspace("tasks_taskmention", "task_id", "tasks_task"),
        SameWorkspace("tasks_formerkey", "task_id", "tasks_task"),
        SameWorkspace("tasks_formerkey", "project_id", "projects_project"),
        TenantPolicy("tasks_task"),
        TenantPolicy("tasks_formerkey"),
        TenantPolicy("tasks_label"),
        TenantPolicy("tasks_tasklabel"),
        TenantPolicy("tasks_watcher"),
        TenantPolicy("tasks_taskmention"),
        TenantPolicy("tasks_taskcounter"),
        TenantPolicy("tasks_statuschange"),
    ]
