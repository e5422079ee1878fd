"""The owner hears of a job's end: in the inbox, and by mail if they have waited for long."""

from datetime import timedelta
from typing import Any

import pytest

from jobs.models import Job
from jobs.services.running import run_due_jobs
from jobs.services.submission import cancel_job, submit_job
from jobs.services.telling import JOB_ENDED
from notifications.models import Notification, NotificationKind
from notifications.services.preferences import Change, change_preferences
from outbox.models import Delivery
from outbox.registry import compose
from tests.support.actors import by
from tests.support.cast import Cast, client_of

pytestmark = pytest.mark.django_db


def asked_for(cast: Cast, *, ago: timedelta = timedelta()) -> Job:
    job, _ = submit_job(
        actor=by(cast.lea), kind="echo", payload={"message": "Ahoy"}, workspace=cast.workspace
    )
    Job.objects.update(created_at=job.created_at - ago)
    return job


def finish_all() -> None:
    run_due_jobs(has_time=lambda: True)


def mails() -> Any:
    return Delivery.objects.filter(kind=JOB_ENDED)


def test_the_end_is_in_the_inbox(cast: Cast) -> None:
    job = asked_for(cast)
    finish_all()
    told, *_ = client_of(cast.lea).get("/api/notifications").json()["data"]
    assert (told["kind"], told["sentence"]) == ("JOB_ENDED", "Your echo is done")
    assert (told["job_id"], told["workspace"]["id"]) == (str(job.pk), str(cast.workspace.pk))
    assert not mails().exists()


def test_who_has_waited_for_more_than_a_minute_gets_a_mail(cast: Cast) -> None:
    asked_for(cast, ago=timedelta(seconds=61))
    finish_all()
    draft = compose(mails().get())
    assert (draft.to, draft.letter.subject) == (cast.lea.email, "Your echo is done")


def test_no_mail_if_it_is_not_wanted(cast: Cast) -> None:
    kind = NotificationKind.JOB_ENDED
    unwanted = Change(kind, None, inbox=True, mail=False, is_reset=False)
    change_preferences(actor=by(cast.lea), workspace=cast.workspace, changes=[unwanted])
    asked_for(cast, ago=timedelta(hours=1))
    finish_all()
    assert not mails().exists()
    assert Notification.objects.filter(kind=kind).count() == 1


def test_who_cancels_knows(cast: Cast) -> None:
    job = asked_for(cast, ago=timedelta(hours=1))
    cancel_job(actor=by(cast.lea), job=job)
    assert not mails().exists()
    assert not Notification.objects.filter(kind=NotificationKind.JOB_ENDED).exists()
