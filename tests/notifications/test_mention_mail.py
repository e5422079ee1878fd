"""The mail that tells somebody they are mentioned."""

import pytest

from comments.services.comments import add_comment
from outbox.models import MailContent
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def test_people_are_named_not_numbered(cast: Cast) -> None:
    """In both parts, of a comment as of a description."""
    words = f"Ask @[Max]({cast.max.pk}) first"
    task = create_task(
        actor=by(cast.lea),
        project=cast.project,
        title="Oil",
        assignee=cast.max,
        description=words,
    )
    add_comment(actor=by(cast.lea), task=task, content=words)
    send_all()
    kinds = ("news", "task_assigned")
    mails = MailContent.objects.filter(delivery__recipient_id=cast.max.pk)
    for kind in kinds:
        mail = mails.filter(delivery__kind=kind).latest("composed_at")
        assert "Ask Max first" in mail.text
        assert f"({cast.max.pk})" not in mail.text + mail.html
