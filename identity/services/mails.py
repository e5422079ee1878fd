"""Enqueueing mails about accounts; their secrets are sealed or masked in the outbox."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID, uuid4

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.people import recipient_of
from core.sealing import seal
from outbox.mail import EMAIL
from outbox.mail.drafts import MASK, MailDraft
from outbox.services import enqueue

PURPOSE = "mail"


@transaction.atomic
def enqueue_written_mail(message: EmailMessage, *, kept: str, kind: str) -> None:
    """Enqueue a mail written by allauth, sealed; `kept` is its text for staff, without secrets.

    In a transaction of its own, as allauth writes some mails after the commit.
    """
    [address] = message.to
    mail = {"to": address, "subject": message.subject, "text": message.body, "kept": kept}
    _enqueue_sealed(mail, recipient_of(address), kind)


@transaction.atomic
def enqueue_code(*, person: User, kind: str, code: str) -> None:
    """Enqueue a mail of our own with a code, sealed as those of allauth are."""
    draft = account_mail_draft(kind, person.email, code=code)
    mail = replace(draft, masked={"code": MASK}).render()
    _enqueue_sealed(asdict(mail), person.pk, kind)


def enqueue_notice(person: User, kind: str, **facts: Any) -> None:
    """Enqueue a notice to the person about their account."""
    enqueue(
        channel=EMAIL,
        kind=kind,
        recipient_id=person.pk,
        dedupe_key=f"{kind}:{uuid4()}",
        payload={"at": timezone.now().isoformat(), **facts},
    )


def account_mail_draft(kind: str, to: str, **facts: Any) -> MailDraft:
    return MailDraft(
        to=to,
        template=f"identity/email/{kind}",
        context={"email": to, **facts},
        has_html=False,
    )


def _enqueue_sealed(mail: Mapping[str, object], recipient_id: UUID, kind: str) -> None:
    enqueue(
        channel=EMAIL,
        kind="account",
        recipient_id=recipient_id,
        dedupe_key=f"account:{kind}:{uuid4()}",
        payload={"mail": kind, "sealed": seal(PURPOSE, json.dumps(mail))},
    )
