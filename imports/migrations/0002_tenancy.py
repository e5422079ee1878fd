"""Isolates workspaces in the tables of imports."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import SameWorkspace, TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("imports", "0001_initial"),
        ("projects", "0002_tenancy"),
        ("tasks", "0002_tenancy"),
    ]

    operations: ClassVar = [
        SameWorkspace("imports_externalreference", "project_id", "projects_project"),
        SameWorkspace("imports_externalreference", "task_id", "tasks_task"),
        TenantPolicy("imports_externalreference"),
        TenantPolicy("imports_importrow"),
    ]
