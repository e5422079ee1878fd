"""Isolates workspaces; a job without one belongs to its owner."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("jobs", "0001_initial")]

    operations: ClassVar = [TenantPolicy("jobs_job", allow_none=True, reader="owner_id")]
