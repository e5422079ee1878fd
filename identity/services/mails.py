"""Enqueueing mails about accounts; their secrets are sealed or masked in the outbox."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.people import recipient_of
from core.sealing import seal
from identity.letters import Account
from outbox.mail import EMAIL
from outbox.mail.drafts import MASK
from outbox.services import enqueue

PURPOSE = "mail"
CODE_AND_LINK = {"code": MASK, "link": MASK}


@transaction.atomic
def enqueue_sealed(
    kind: str, about: Account, *, kept: Mapping[str, str] = CODE_AND_LINK, origin: str = ""
) -> None:
    """Enqueue a letter of `identity.letters` that contains secrets: what it names is sealed.

    `kept` are the values that replace those with secrets in what staff may read; `origin` is what
    allauth calls its mail. In a transaction of its own, as allauth sends some after the commit.
    """
    facts = {name: value for name, value in asdict(about).items() if value}
    masked = {name: value for name, value in kept.items() if name in facts}
    sealed = json.dumps(
        {"letter": kind, "facts": facts, "kept": masked}, default=datetime.isoformat
    )
    enqueue(
        channel=EMAIL,
        kind="account",
        recipient_id=recipient_of(about.email),
        dedupe_key=f"account:{kind}:{uuid4()}",
        payload={"mail": origin or kind, "sealed": seal(PURPOSE, sealed)},
    )


def enqueue_notice(person: User, kind: str, **facts: Any) -> None:
    """Enqueue a notice to the person about their account."""
    enqueue(
        channel=EMAIL,
        kind=kind,
        recipient_id=person.pk,
        dedupe_key=f"{kind}:{uuid4()}",
        payload={"at": timezone.now().isoformat(), **facts},
    )
