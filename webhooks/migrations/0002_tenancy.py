"""Isolates the workspaces of webhooks."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("webhooks", "0001_initial")]

    operations: ClassVar = [
        TenantPolicy("webhooks_webhook"),
        TenantPolicy("webhooks_webhookcontent"),
    ]
