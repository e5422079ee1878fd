"""Isolation of workspaces in the tables of this app."""

from typing import ClassVar

from django.db import migrations

from core.tenancy import OneWorkspace, SameWorkspace, TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("projects", "0001_initial"), ("workspaces", "0002_tenancy")]

    operations: ClassVar = [
        OneWorkspace("projects_project"),
        OneWorkspace("projects_status", scope="project_id"),
        SameWorkspace("projects_project", "team_lead_id", "workspaces_membership", "user_id"),
        SameWorkspace("projects_projectmembership", "project_id", "projects_project"),
        SameWorkspace(
            "projects_projectmembership", "user_id", "workspaces_membership", "user_id"
        ),
        SameWorkspace("projects_status", "project_id", "projects_project"),
        SameWorkspace("projects_transition", "project_id", "projects_project"),
        SameWorkspace("projects_transition", "source_id", "projects_status", scope="project_id"),
        SameWorkspace("projects_transition", "target_id", "projects_status", scope="project_id"),
        TenantPolicy("projects_project"),
        TenantPolicy("projects_projectmembership"),
        TenantPolicy("projects_status"),
        TenantPolicy("projects_transition"),
    ]
