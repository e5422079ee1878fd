"""How much mail a workspace may send to somebody who has never opened it."""

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from accounts.services.people import stranger_at
from outbox.mail.drafts import Mail
from outbox.mail.letters import Note
from outbox.models import UNDECIDED, Delivery, State
from outbox.registry import Skip
from workspaces.models import Membership, OptOut
from workspaces.services.opt_out_links import opt_out_link, token_for

MOST_A_DAY = 10
DAY = timedelta(hours=24)
OPTED_OUT = "the recipient wants no mail from this workspace"
TOO_MANY = f"{MOST_A_DAY} mails in 24 hours, and the recipient has never opened the workspace"


def has_opened(person_id: UUID, workspace_id: UUID) -> bool:
    """Whether the person has opened the workspace (`Membership.opened_at`)."""
    opened = Membership.objects.filter(workspace_id=workspace_id, opened_at__isnull=False)
    return opened.filter(user_id=person_id).exists()


def keep_within_allowance(delivery: Delivery, mail: Mail) -> Mail | Skip:
    """Skip mails to those who opted out, or above MOST_A_DAY to those who never opened it.

    Mails to the latter get an opt-out link.
    """
    workspace_id, recipient_id = delivery.workspace_id, delivery.recipient_id
    if workspace_id is None:
        return mail
    of_workspace = OptOut.objects.filter(workspace_id=workspace_id)
    if of_workspace.of(recipient_id, stranger_at(mail.to.lower())).exists():
        return Skip(OPTED_OUT)
    if has_opened(recipient_id, workspace_id):
        return mail
    # Rendered before the count, which takes a lock: no template is rendered under it.
    mail = _with_opt_out_link(mail, token_for(workspace_id, recipient_id))
    return Skip(TOO_MANY) if _sent_lately(delivery) >= MOST_A_DAY else mail


def _sent_lately(delivery: Delivery) -> int:
    """Number of mails composed but undecided, or sent in the last 24 hours.

    An advisory lock makes the next caller for this recipient wait for our commit.
    """
    key = f"mail allowance {delivery.workspace_id} {delivery.recipient_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    others = Delivery.objects.filter(
        recipient_id=delivery.recipient_id, workspace_id=delivery.workspace_id
    )
    composed = others.exclude(pk=delivery.pk).filter(mail__isnull=False)
    lately = Q(state=State.SENT, sent_at__gt=Now() - DAY)
    return composed.filter(lately | Q(state__in=UNDECIDED)).count()


def _with_opt_out_link(mail: Mail, token: str) -> Mail:
    """The mail with the opt-out link in both parts, and in the header for one-click buttons."""
    link = opt_out_link(token)
    note = Note(
        before="You do not know this workspace? ",
        words="Leave it",
        after=", and nobody there can add or invite you again",
        link=link,
    )
    headers = {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return mail.with_note(note, headers=headers, secret=token)
