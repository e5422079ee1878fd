"""Isolation of workspaces in the tables of this app."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import SameWorkspace, TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("comments", "0001_initial"), ("tasks", "0002_tenancy")]

    operations: ClassVar = [
        SameWorkspace("comments_comment", "task_id", "tasks_task"),
        TenantPolicy("comments_comment"),
    ]
