"""Isolation of workspaces in the tables of this app."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("outbox", "0001_initial")]

    operations: ClassVar = [
        TenantPolicy("outbox_delivery", allow_none=True),
        TenantPolicy("outbox_mailcontent"),
    ]
