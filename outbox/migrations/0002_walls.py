"""Walls the tables in: PostgreSQL shows rows only to whoever is in their workspace."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import WalledIn


class Migration(migrations.Migration):
    dependencies: ClassVar = [("outbox", "0001_initial")]

    operations: ClassVar = [
        WalledIn("outbox_delivery", homeless=True),
    ]
