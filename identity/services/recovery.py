"""Resetting and changing passwords, and mails about sign-ins on new devices."""

import hashlib
import ipaddress
import re
from datetime import timedelta
from uuid import uuid4

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from core.actor import Actor
from core.errors import Invalid, Unauthenticated
from core.events import publish
from core.limits import counted, reset
from identity.allauth_bridge.forms import IncorrectPassword
from identity.events import PasswordChanged
from identity.limits import WRONG_PASSWORDS, WRONG_PASSWORDS_FROM
from identity.models import KnownDevice
from identity.services.mails import enqueue_notice
from identity.services.publishing import publish_failed_sign_in
from identity.services.reset_links import holder_of
from identity.services.sessions import end_sessions_of
from identity.services.tokens import Pair, carry_over
from outbox.mail import EMAIL
from outbox.services import enqueue

A_DAY = timedelta(days=1)
"""How often `KnownDevice.seen_at` is updated."""


class WeakPassword(Invalid):
    message = "Choose another password."


@transaction.atomic
def send_reset_link(*, email: str) -> None:
    """Mail a link, or that the address has no account. Both take the same time."""
    known = User.objects.registered_as(email).values_list("pk", flat=True).first()
    enqueue(
        channel=EMAIL,
        kind="password_reset" if known else "unknown_account",
        recipient_id=known or uuid4(),
        dedupe_key=f"password_reset:{uuid4()}",
        payload={"address": email},
    )


@transaction.atomic
def reset_password(*, key: str, password: str) -> User:
    """Set a new password by a link, once; all sessions end, second factors stay."""
    # Checked again under the lock, so that parallel requests use the link once.
    User.objects.locked(holder_of(key).pk)
    person = holder_of(key)
    _set_password(person, password, field="password")
    end_sessions_of(person, actor=Actor(user=person))
    reset(WRONG_PASSWORDS, person.email)
    publish(PasswordChanged(actor=Actor(user=person), person=person, recovered=True))
    return person


def prove_password(*, person: User, password: str, field: str, origin: str) -> None:
    """IncorrectPassword for a wrong password, which is counted like one of a sign-in."""
    with counted((WRONG_PASSWORDS_FROM, origin), (WRONG_PASSWORDS, person.email)):
        if not person.check_password(password):
            publish_failed_sign_in(email=person.email)
            raise IncorrectPassword(errors={field: [IncorrectPassword.message]})


@transaction.atomic
def change_password(*, actor: Actor, password: str, session_key: str) -> Pair:
    """Set a new password after `prove_password`; all other sessions end."""
    person = User.objects.locked(actor.person_id)
    if person.password != actor.person.password:
        raise IncorrectPassword(errors={"current_password": [IncorrectPassword.message]})
    _set_password(person, password, field="new_password")
    end_sessions_of(person, actor=Actor(user=person), but=session_key)
    pair = carry_over(person, session_key)
    if pair is None:
        raise Unauthenticated
    publish(PasswordChanged(actor=Actor(user=person), person=person, recovered=False))
    return pair


@transaction.atomic
def note_device(*, person: User, user_agent: str, address: str) -> None:
    """Mail people about a sign-in from a new device, unless it is their first one."""
    had_one = KnownDevice.objects.filter(user=person).exists()
    fingerprint = _fingerprint(user_agent, address)
    device, is_new = KnownDevice.objects.get_or_create(user=person, fingerprint=fingerprint)
    KnownDevice.objects.filter(pk=device.pk, seen_at__lt=Now() - A_DAY).update(seen_at=Now())
    if is_new and had_one:
        enqueue_notice(person, "new_device", user_agent=user_agent[:200], address=address)


def _set_password(person: User, password: str, *, field: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as weakness:
        raise WeakPassword(errors={field: weakness.messages}) from weakness
    person.set_password(password)
    person.save(update_fields=["password", "updated_at"])


def _fingerprint(user_agent: str, address: str) -> str:
    """A hash of browser and network; the same after updates and in /16 (IPv6: /32) networks."""
    product = re.sub(r"[\d._]+", "", user_agent)
    wide = 32 if ":" in address else 16
    network = ipaddress.ip_network(f"{address}/{wide}", strict=False)
    return hashlib.sha256(f"{product}|{network}".encode(errors="replace")).hexdigest()
