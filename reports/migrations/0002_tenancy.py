"""Isolation of workspaces in the tables of this app."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import OneWorkspace, SameWorkspace, TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("reports", "0001_initial"), ("projects", "0002_tenancy")]

    operations: ClassVar = [
        OneWorkspace("reports_reportschedule"),
        SameWorkspace("reports_reportschedule", "project_id", "projects_project"),
        SameWorkspace("reports_reportrecipient", "schedule_id", "reports_reportschedule"),
        TenantPolicy("reports_reportschedule"),
        TenantPolicy("reports_reportrecipient"),
    ]
