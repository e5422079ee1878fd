"""Isolation of workspaces in the tables of preferences and of mails that collect news."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import SameWorkspace, TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("notifications", "0004_inbox"),
        ("projects", "0002_tenancy"),
    ]

    operations: ClassVar = [
        SameWorkspace("notifications_preference", "project_id", "projects_project"),
        TenantPolicy("notifications_preference"),
        TenantPolicy("notifications_mailbatch"),
    ]
