"""Walls the tables in: PostgreSQL shows rows only to whoever is in their workspace."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("tasks", "0003_alter_task_is_complete")]

    operations: ClassVar = [
        TenantPolicy("tasks_task"),
        TenantPolicy("tasks_taskcounter"),
        TenantPolicy("tasks_statuschange"),
    ]
