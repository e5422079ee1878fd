"""The type of the jobs that make reports."""

from typing import ClassVar

from jobs.registry import Finished, JobType, Run, register_type
from reports.services.reports import REPORT, make_report


class Report(JobType):
    """Numbers and charts of a range of days."""

    name: ClassVar[str] = REPORT
    is_transaction: ClassVar[bool] = False
    most_seconds: ClassVar[float] = 300

    def step(self, run: Run) -> Finished:
        return make_report(run)


register_type(Report())
