"""Mails are composed while others write in the same project."""

from django.db import transaction

from notifications.services.recheck import Recheck, recheck_task
from outbox.models import Delivery
from projects.models import Project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.threads import at_once


def test_whoever_shares_project_and_task_does_not_keep_a_mail_waiting(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max)
    delivery = Delivery.objects.get(kind="task_assigned")
    with transaction.atomic():
        Project.objects.locked_shared(cast.project.pk)
        Task.objects.locked_shared(Task.objects.get().pk)
        [found] = at_once(transaction.atomic(lambda: recheck_task(delivery)))
    assert isinstance(found, Recheck)
