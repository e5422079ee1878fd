"""Composers of the mails about accounts."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from core.sealing import unseal
from identity.services.mails import PURPOSE, account_mail_draft
from identity.services.reset_links import reset_link
from outbox.mail import EMAIL
from outbox.mail.drafts import MASK, Mail, MailDraft
from outbox.mail.text import plain
from outbox.models import Delivery
from outbox.registry import Skip, composes

GOOD_FOR = timedelta(hours=1)
"""Mails that are sent later are skipped: their codes and links have expired."""


@composes("account", channel=EMAIL)
def account_mail(delivery: Delivery) -> Mail | Skip:
    if timezone.now() - delivery.created_at > GOOD_FOR:
        return Skip("too late: codes and links have expired")
    sealed = unseal(PURPOSE, delivery.payload["sealed"])
    if sealed is None:
        return Skip("sealed with a former SECRET_KEY")
    return Mail(**json.loads(sealed))


@composes("password_reset", channel=EMAIL)
def reset_mail(delivery: Delivery) -> MailDraft | Skip:
    person = User.objects.active().filter(pk=delivery.recipient_id).first()
    if person is None:
        return Skip("the account is closed")
    if timezone.now() - delivery.created_at > GOOD_FOR:
        return Skip("too late: nobody waits for this link any more")
    draft = account_mail_draft("password_reset", person.email, link=reset_link(person))
    return replace(draft, masked={"link": MASK})


@composes("unknown_account", channel=EMAIL)
def unknown_mail(delivery: Delivery) -> MailDraft | Skip:
    link = settings.HEADLESS_FRONTEND_URLS["account_signup"]
    return account_mail_draft("unknown_account", delivery.payload["address"], link=link)


@composes("password_changed", channel=EMAIL)
@composes("new_device", channel=EMAIL)
@composes("account_linked", channel=EMAIL)
@composes("account_unlinked", channel=EMAIL)
@composes("enrolment_approved", channel=EMAIL)
def notice(delivery: Delivery) -> MailDraft | Skip:
    person = User.objects.active().filter(pk=delivery.recipient_id).first()
    if person is None:
        return Skip("the account is closed")
    facts = delivery.payload | {"at": datetime.fromisoformat(delivery.payload["at"])}
    facts["user_agent"] = plain(facts.get("user_agent", ""))
    link = settings.HEADLESS_FRONTEND_URLS["account_reset_password"]
    return account_mail_draft(delivery.kind, person.email, link=link, **facts)
