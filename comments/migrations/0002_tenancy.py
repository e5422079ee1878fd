"""Isolation of workspaces in the tables of this app."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import OneWorkspace, SameWorkspace, TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("comments", "0001_initial"), ("tasks", "0002_tenancy")]

    operations: ClassVar = [
        OneWorkspace("comments_comment"),
        OneWorkspace("comments_comment", scope="task_id"),
        SameWorkspace("comments_comment", "task_id", "tasks_task"),
        # A reply belongs to a comment on the same task.
        SameWorkspace("comments_comment", "parent_id", "comments_comment", scope="task_id"),
        SameWorkspace("comments_reaction", "comment_id", "comments_comment"),
        SameWorkspace("comments_mention", "comment_id", "comments_comment"),
        SameWorkspace("comments_revision", "comment_id", "comments_comment"),
        TenantPolicy("comments_comment"),
        TenantPolicy("comments_reaction"),
        TenantPolicy("comments_mention"),
        TenantPolicy("comments_revision"),
    ]
