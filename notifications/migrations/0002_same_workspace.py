"""The composite foreign keys of this app."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import SameWorkspace


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("notifications", "0001_initial"),
        ("tasks", "0002_same_workspace"),
    ]

    operations: ClassVar = [
        SameWorkspace("notifications_reminder", "task_id", "tasks_task"),
    ]
