"""Composers of the mails about accounts."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.models import User
from core.sealing import unseal
from identity.letters import LETTERS, Account
from identity.services.mails import PURPOSE
from identity.services.reset_links import reset_link
from outbox.mail import EMAIL
from outbox.mail.drafts import MASK, MailDraft
from outbox.mail.text import plain
from outbox.models import Delivery
from outbox.registry import Skip, composes

GOOD_FOR = timedelta(hours=1)
"""Mails that are sent later are skipped: their codes and links have expired."""


@composes("account", channel=EMAIL)
def account_mail(delivery: Delivery) -> MailDraft | Skip:
    if _is_too_late(delivery):
        return Skip("too late: codes and links have expired")
    sealed = unseal(PURPOSE, delivery.payload["sealed"])
    if sealed is None:
        return Skip("sealed with a former SECRET_KEY")
    opened = json.loads(sealed)
    about = _about(opened["facts"])
    return _draft(opened["letter"], about, kept=replace(about, **opened["kept"]))


@composes("password_reset", channel=EMAIL)
def reset_mail(delivery: Delivery) -> MailDraft | Skip:
    person = User.objects.active().filter(pk=delivery.recipient_id).first()
    if person is None:
        return Skip("the account is closed")
    if _is_too_late(delivery):
        return Skip("too late: nobody waits for this link any more")
    about = Account(email=person.email, link=reset_link(person))
    return _draft("password_reset", about, kept=replace(about, link=MASK))


@composes("unknown_account", channel=EMAIL)
def unknown_mail(delivery: Delivery) -> MailDraft | Skip:
    link = settings.HEADLESS_FRONTEND_URLS["account_signup"]
    return _draft("unknown_account", Account(email=delivery.payload["address"], link=link))


@composes("password_changed", channel=EMAIL)
@composes("new_device", channel=EMAIL)
@composes("account_linked", channel=EMAIL)
@composes("account_unlinked", channel=EMAIL)
@composes("enrolment_approved", channel=EMAIL)
def notice(delivery: Delivery) -> MailDraft | Skip:
    person = User.objects.active().filter(pk=delivery.recipient_id).first()
    if person is None:
        return Skip("the account is closed")
    link = settings.HEADLESS_FRONTEND_URLS["account_reset_password"]
    return _draft(delivery.kind, _about({**delivery.payload, "email": person.email, "link": link}))


def _about(facts: Mapping[str, Any]) -> Account:
    """What was stored as JSON."""
    at = datetime.fromisoformat(facts["at"]) if "at" in facts else None
    return Account(**{**facts, "at": at, "user_agent": plain(facts.get("user_agent", ""))})


def _draft(kind: str, about: Account, *, kept: Account | None = None) -> MailDraft:
    written = LETTERS[kind]
    return MailDraft(to=about.email, letter=written(about), kept=written(kept) if kept else None)


def _is_too_late(delivery: Delivery) -> bool:
    return Delivery.objects.filter(pk=delivery.pk).older_than(GOOD_FOR).exists()
