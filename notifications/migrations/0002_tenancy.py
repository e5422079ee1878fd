"""Isolation of workspaces in the tables of this app."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import SameWorkspace, TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notifications", "0001_initial"), ("tasks", "0002_tenancy")]

    operations: ClassVar = [
        SameWorkspace("notifications_reminder", "task_id", "tasks_task"),
        TenantPolicy("notifications_reminder"),
    ]
