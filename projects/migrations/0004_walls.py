"""Walls the tables in: PostgreSQL shows rows only to whoever is in their workspace."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import WalledIn


class Migration(migrations.Migration):
    dependencies: ClassVar = [("projects", "0003_versioned_memberships")]

    operations: ClassVar = [
        WalledIn("projects_project"),
        WalledIn("projects_projectmembership"),
        WalledIn("projects_status"),
        WalledIn("projects_transition"),
    ]
