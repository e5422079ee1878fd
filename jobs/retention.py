"""How long jobs and runs of functions are kept; the files that jobs made go earlier."""

from datetime import timedelta

from django.db.models.functions import Now

from core.context import as_system
from core.retention import delete_batch, retained
from jobs.models import FunctionRun, Job

JOBS_KEPT_FOR = timedelta(days=30)
RUNS_KEPT_FOR = timedelta(days=30)


@retained("jobs that have ended", JOBS_KEPT_FOR)
@as_system("removing old jobs")
def remove_jobs(at_most: int) -> int:
    old = Job.objects.filter(finished_at__lt=Now() - JOBS_KEPT_FOR)
    return delete_batch(old.order_by("finished_at"), at_most)


@retained("runs of functions", RUNS_KEPT_FOR)
def remove_runs(at_most: int) -> int:
    old = FunctionRun.objects.filter(finished_at__lt=Now() - RUNS_KEPT_FOR)
    return delete_batch(old.order_by("finished_at"), at_most)
