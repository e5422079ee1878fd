"""The mails about accounts."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from core.sealing import unseal
from identity.services.mails import MASK, PURPOSE, render_account_mail
from identity.services.recovery import reset_link
from outbox.mail.text import plain
from outbox.models import Delivery
from outbox.registry import Mail, Skip, carries

GOOD_FOR = timedelta(hours=1)
"""A code or a link that leaves later would be refused."""


@carries("account")
def account_mail(delivery: Delivery) -> Mail | Skip:
    if timezone.now() - delivery.created_at > GOOD_FOR:
        return Skip("too late: codes and links have expired")
    letter = unseal(PURPOSE, delivery.payload["sealed"])
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
    kept = render_account_mail("password_reset", person.email, link=MASK).text
    letter = render_account_mail("password_reset", person.email, link=reset_link(person))
    return replace(letter, kept=kept)


@carries("unknown_account")
def unknown_mail(delivery: Delivery) -> Mail | Skip:
    link = settings.HEADLESS_FRONTEND_URLS["account_signup"]
    return render_account_mail("unknown_account", delivery.payload["address"], link=link)


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
    return render_account_mail(delivery.kind, person.email, link=link, **facts)
