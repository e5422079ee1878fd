"""Mails about accounts are queued here; none of their secrets stays readable in the outbox."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

from accounts.models import User
from accounts.services.recipients import recipient_of
from core.sealing import seal
from outbox.registry import COVER, Mail
from outbox.services import enqueue

MASK = COVER

PURPOSE = "mail"


@transaction.atomic
def post(message: EmailMessage, *, kept: str, kind: str) -> None:
    """Queue what allauth has written, sealed; `kept` is what staff may read of it.

    Some of it allauth writes only after the commit, hence a transaction of its own.
    """
    [address] = message.to
    letter = {"to": address, "subject": message.subject, "text": message.body, "kept": kept}
    _enqueue_sealed(letter, recipient_of(address), kind)


@transaction.atomic
def post_code(*, person: User, kind: str, code: str) -> None:
    """Queue a mail of our own with a code, sealed as those of allauth are."""
    letter = render_account_mail(kind, person.email, code=code)
    kept = render_account_mail(kind, person.email, code=MASK).text
    facts = {"to": letter.to, "subject": letter.subject, "text": letter.text, "kept": kept}
    _enqueue_sealed(facts, person.pk, kind)


def _enqueue_sealed(letter: Mapping[str, object], recipient_id: UUID, kind: str) -> None:
    enqueue(
        kind="account",
        recipient_id=recipient_id,
        dedupe_key=f"account:{kind}:{uuid4()}",
        payload={"mail": kind, "sealed": seal(PURPOSE, json.dumps(letter))},
    )


def render_account_mail(kind: str, to: str, **facts: Any) -> Mail:
    subject, text = (
        render_to_string(f"identity/email/{kind}.{part}", {"email": to, **facts})
        for part in ("subject.txt", "txt")
    )
    return Mail(to=to, subject=subject, text=f"{text.strip()}\n")
