"""What follows from reports that are made, what is audited, and what the relay runs."""

from accounts.events import PersonDeleted, ProfileChanged
from accounts.services.references import not_counted
from audit.receivers import audit
from audit.services import details
from audit.services.entries import Audited
from core.events import subscribe
from jobs.events import JobFinished
from outbox.periodic import scan
from reports.events import ReportScheduled, ReportScheduleDeleted, ReportScheduleUpdated
from reports.services.due_reports import mail_report, submit_due_reports
from reports.services.schedules import delete_schedules_of, replan_schedules_of

# What somebody has scheduled is theirs alone: nothing is lost if their accounts are joined.
not_counted("reports.reportschedule.owner")
not_counted("reports.reportrecipient.user")

for _event, _action, _details in (
    (ReportScheduled, "added", details.none),
    (ReportScheduleUpdated, "updated", details.changes),
    (ReportScheduleDeleted, "deleted", details.none),
):
    audit(_event, Audited(f"report_schedule.{_action}", "schedule", _details))

scan(every=15)(submit_due_reports)


@subscribe(JobFinished)
def mail_scheduled_report(event: JobFinished) -> None:
    mail_report(job=event.job)


@subscribe(ProfileChanged)
def replan_for_time_zone(event: ProfileChanged) -> None:
    if "time_zone" in event.changes:
        replan_schedules_of(person=event.person)


@subscribe(PersonDeleted)
def delete_schedules_of_deleted(event: PersonDeleted) -> None:
    delete_schedules_of(actor=event.actor, person=event.person)
