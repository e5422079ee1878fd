"""The mails of this app; none of their secrets stays readable in the outbox."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from core.sealing import seal, unseal
from identity.services.recovery import reset_link
from outbox.composers import COVER, Mail, Skip, carries
from outbox.mail_text import plain
from outbox.models import Delivery
from outbox.services import enqueue

MASK = COVER
GOOD_FOR = timedelta(hours=1)
"""A code or a link that leaves later would be refused."""
_PURPOSE = "mail"


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
    letter = _written(kind, person.email, code=code)
    kept = _written(kind, person.email, code=MASK).text
    facts = {"to": letter.to, "subject": letter.subject, "text": letter.text, "kept": kept}
    _enqueue_sealed(facts, person.pk, kind)


def _enqueue_sealed(letter: Mapping[str, object], recipient_id: UUID, kind: str) -> None:
    enqueue(
        kind="account",
        recipient_id=recipient_id,
        dedupe_key=f"account:{kind}:{uuid4()}",
        payload={"mail": kind, "sealed": seal(_PURPOSE, json.dumps(letter))},
    )


def recipient_of(address: str) -> UUID:
    """The person who has this address, or a stable id for somebody unknown."""
    known = User.objects.registered_as(address).values_list("pk", flat=True).first()
    return known or stranger_at(address)


def stranger_at(address: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"mailto:{address}")


@carries("account")
def account_mail(delivery: Delivery) -> Mail | Skip:
    if timezone.now() - delivery.created_at > GOOD_FOR:
        return Skip("too late: codes and links have expired")
    letter = unseal(_PURPOSE, delivery.payload["sealed"])
    if letter is None:
        return Skip("sealed with a former SECRET_KEY")
    return Mail(**json.loads(letter))


@carries("password_reset")
def reset_mail(delivery: Delivery) -> Mail | Skip:
    person = User.objects.active().filter(pk=delivery.recipient_id).first()
    if person is None:
        return Skip("the account is closed")
    if timezone.now() - delivery.created_at > GOOD_FOR:
        return Skip("too late: nobody waits for this link any more")
    kept = _written("password_reset", person.email, link=MASK).text
    letter = _written("password_reset", person.email, link=reset_link(person))
    return replace(letter, kept=kept)


@carries("unknown_account")
def unknown_mail(delivery: Delivery) -> Mail | Skip:
    link = settings.HEADLESS_FRONTEND_URLS["account_signup"]
    return _written("unknown_account", delivery.payload["address"], link=link)


@carries("password_changed")
@carries("new_device")
@carries("account_linked")
@carries("account_unlinked")
@carries("enrolment_approved")
def notice(delivery: Delivery) -> Mail | Skip:
    person = User.objects.active().filter(pk=delivery.recipient_id).first()
    if person is None:
        return Skip("the account is closed")
    facts = delivery.payload | {"at": datetime.fromisoformat(delivery.payload["at"])}
    facts["user_agent"] = plain(facts.get("user_agent", ""))
    link = settings.HEADLESS_FRONTEND_URLS["account_reset_password"]
    return _written(delivery.kind, person.email, link=link, **facts)


def _written(kind: str, to: str, **facts: Any) -> Mail:
    subject, text = (
        render_to_string(f"accounts/email/{kind}.{part}", {"email": to, **facts})
        for part in ("subject.txt", "txt")
    )
    return Mail(to=to, subject=subject, text=f"{text.strip()}\n")
