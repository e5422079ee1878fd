"""The jobs of somebody who deletes their account."""

from django.db.models.functions import Now

from accounts.models import User
from jobs.models import Job, ResultFile
from jobs.services.submission import end


def erase_jobs_of(person: User) -> None:
    """End what is unfinished, and delete the rest; the files that they made go soon.

    What a job has done so far is taken back by a worker, which then empties its row.
    """
    own = Job.objects.filter(owner=person)
    ResultFile.objects.filter(owner=person).update(expires_at=Now())
    for job in own.unfinished().select_for_update(no_key=True, of=("self",)).order_by("pk"):
        job.credential = []
        job.save_changes("credential")
        end(job)
    own.exclude(pk__in=own.unfinished()).delete()
