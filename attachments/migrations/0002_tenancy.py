"""Isolation of workspaces in the tables of this app."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import SameWorkspace, TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("attachments", "0001_initial"), ("comments", "0002_tenancy")]

    operations: ClassVar = [
        SameWorkspace("attachments_attachment", "task_id", "tasks_task"),
        SameWorkspace("attachments_attachment", "comment_id", "comments_comment"),
        TenantPolicy("attachments_attachment"),
        TenantPolicy("attachments_storedbytes"),
    ]
