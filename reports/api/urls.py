"""The routes of reports; a report itself is a job."""

from django.urls import path

from core.api.routes import MANY, ONE
from reports.api.schedules import ReportSchedules, WorkspaceReportSchedules

many = "api/workspaces/<str:pk>/report-schedules"

urlpatterns = [
    path(many, WorkspaceReportSchedules.as_view(MANY), name="report-schedules"),
    path(f"{many}/<str:schedule>", ReportSchedules.as_view(ONE), name="report-schedule"),
]
