"""Isolates the workspaces of files to import from."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("imports", "0003_import_files")]

    operations: ClassVar = [TenantPolicy("imports_importfile")]
