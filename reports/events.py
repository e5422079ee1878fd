"""What can happen to a schedule of reports."""

from dataclasses import dataclass

from core.events import Event
from reports.models import ReportSchedule


@dataclass(frozen=True, kw_only=True)
class ReportScheduled(Event):
    schedule: ReportSchedule


@dataclass(frozen=True, kw_only=True)
class ReportScheduleUpdated(Event):
    schedule: ReportSchedule


@dataclass(frozen=True, kw_only=True)
class ReportScheduleDeleted(Event):
    schedule: ReportSchedule
