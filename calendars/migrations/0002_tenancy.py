"""Isolates workspaces; a feed of all of them belongs to its owner."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import SameWorkspace, TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("calendars", "0001_initial"), ("projects", "0002_tenancy")]

    operations: ClassVar = [
        SameWorkspace("calendars_calendarfeed", "project_id", "projects_project"),
        TenantPolicy("calendars_calendarfeed", allow_none=True, reader="owner_id"),
    ]
