"""The types of jobs that belong to no other app."""

from typing import ClassVar

from jobs.registry import Finished, JobType, Outcome, Run, register_type
from jobs.services.bulk_changes import change_some


class Echo(JobType):
    """Answers with its payload: for trying out what becomes of a job."""

    name: ClassVar[str] = "echo"
    is_light: ClassVar[bool] = True
    needs_workspace: ClassVar[bool] = False

    def step(self, run: Run) -> Finished:
        return Finished(result={"echo": run.payload.get("message", "")}, sentence="Echoed.")


class Bulk(JobType):
    """Changes many tasks, those that it can."""

    name: ClassVar[str] = "bulk"

    def step(self, run: Run) -> Outcome:
        return change_some(run)


register_type(Echo())
register_type(Bulk())
