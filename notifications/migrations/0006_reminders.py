"""Isolation of workspaces in the table of chosen lead times."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notifications", "0005_preferences")]

    operations: ClassVar = [TenantPolicy("notifications_reminderchoice")]
