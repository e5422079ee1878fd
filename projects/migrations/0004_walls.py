"""Walls the tables in: PostgreSQL shows rows only to whoever is in their workspace."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("projects", "0003_versioned_memberships")]

    operations: ClassVar = [
        TenantPolicy("projects_project"),
        TenantPolicy("projects_projectmembership"),
        TenantPolicy("projects_status"),
        TenantPolicy("projects_transition"),
    ]
