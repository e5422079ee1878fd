"""Deliveries for tests: notes, which need nothing but the outbox."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from django.db import transaction

from outbox.mail import EMAIL
from outbox.mail.drafts import Mail
from outbox.models import Delivery, State
from outbox.registry import Skip, composes
from outbox.services import Claim, claim_due, deliver, enqueue, enqueue_all
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast


@composes("patient note", channel=EMAIL, can_wait=True)
@composes("note", channel=EMAIL)
def note(delivery: Delivery) -> Mail | Skip:
    if delivery.payload.get("obsolete"):
        return Skip("nobody wants to know any more")
    return Mail(to="max@example.com", subject="A note", text="Read me", html="<p>Read me</p>")


def write(key: str = "note", **payload: object) -> Delivery:
    """One note in the outbox."""
    with transaction.atomic():
        enqueue(channel=EMAIL, kind="note", recipient_id=uuid4(), dedupe_key=key, payload=payload)
    return Delivery.objects.get(dedupe_key=key)


def enqueue_account_mail(mails: Iterable[tuple[str, UUID | None]]) -> None:
    """A real mail to each address, in the name of a workspace or of none."""
    rows = [
        Delivery(
            channel=EMAIL,
            kind="unknown_account",
            recipient_id=uuid4(),
            dedupe_key=str(uuid4()),
            payload={"address": address},
            workspace_id=workspace,
        )
        for address, workspace in mails
    ]
    with transaction.atomic():
        enqueue_all(deliveries=rows)


def assign(people: Cast, title: str) -> None:
    """A mail for Max in the outbox, the way it comes there."""
    create_task(actor=by(people.lea), project=people.project, title=title, assignee=people.max)


def is_all_sent() -> bool:
    """But for what was withdrawn."""
    return not Delivery.objects.exclude(state__in=(State.SENT, State.SKIPPED)).exists()


def claim() -> Claim:
    """The only delivery that is due."""
    [claimed] = claim_due(limit=10)
    return claimed


def send(claimed: Claim) -> Delivery:
    deliver(delivery_id=claimed.delivery_id, claim=claimed.claim)
    return Delivery.objects.get(pk=claimed.delivery_id)
