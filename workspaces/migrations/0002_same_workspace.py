"""The composite foreign keys of this app."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import OneWorkspace


class Migration(migrations.Migration):
    dependencies: ClassVar = [("workspaces", "0001_initial")]

    operations: ClassVar = [
        OneWorkspace("workspaces_membership", "user_id"),
    ]
