"""The first second factor of staff: a stolen password alone must not be enough to enrol it.

It needs a code mailed to the address of the account and entered in the same session, or the
approval of a superuser, which expires.
"""

import time
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from accounts.models import User
from core.actor import Actor
from core.errors import Conflict, Forbidden
from core.events import publish
from core.limits import client_network, counted, take
from identity import limits
from identity.allauth_bridge.forms import IncorrectCode
from identity.allauth_bridge.sessions import person_of
from identity.events import EnrolmentApproved
from identity.letters import Account
from identity.services.mails import enqueue_sealed

CODE = "enrolment_code"
"""The key of a session that has `{digest, sent_at}` of the code that was mailed last."""
PROVED_AT = "enrolment_proved_at"
CODE_LIFETIME = 600
"""Seconds to enter a code, and again to enrol a factor after that."""
APPROVAL_LIFETIME = timedelta(minutes=30)
# No vowels, and no characters that look alike.
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"


class MailboxProofRequired(Forbidden):
    message = (
        "Staff prove their address before the first second factor: have a code sent by"
        " `POST /api/auth/mfa/enrolment-code`, or ask a superuser to approve it."
    )

    def __init__(self) -> None:
        super().__init__(required="enrolment_code", you_have=["session"])


class MailboxProofNotNeeded(Conflict):
    message = "Only staff without a second factor need this."


class ApprovalNotAllowed(Forbidden):
    message = "Only another person, who is a superuser, approves this."


def needs_mailbox_proof(person: Any) -> bool:
    """Whether the person is staff without a second factor; recovery codes count as none."""
    return (person.is_staff or person.is_superuser) and not has_second_factor(person)


def has_second_factor(person: User) -> bool:
    factors = Authenticator.objects.filter(user=person)
    return bool(factors.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def demand_mailbox_proof(request: HttpRequest) -> None:
    """Refuse staff who enrol a first factor with neither a proof nor an approval."""
    if not needs_mailbox_proof(request.user):
        return
    person = person_of(request)
    until = person.enrolment_approved_until
    is_approved = until is not None and until > timezone.now()
    if not is_approved and not _is_current(request.session.get(PROVED_AT, 0)):
        raise MailboxProofRequired


def send_enrolment_code(request: HttpRequest) -> None:
    """Mail a code for this session; one that was sent before becomes void."""
    person = person_of(request)
    if not needs_mailbox_proof(person):
        raise MailboxProofNotNeeded
    take(limits.CODE_PAUSE, person.email)
    take(limits.CODE_MAILS, str(request.session.session_key))
    take(limits.ENROLMENT_MAILS_OF, str(person.pk))
    code = get_random_string(8, ALPHABET)
    request.session[CODE] = {"digest": _digest(code), "sent_at": time.time()}
    about = Account(email=person.email, code=f"{code[:4]}-{code[4:]}")
    enqueue_sealed("enrolment_code", about)


def prove_mailbox(request: HttpRequest, code: str) -> None:
    """Accept the code once; this session may enrol a first factor for CODE_LIFETIME."""
    person = person_of(request)
    take(limits.CODES_FROM, client_network(request))
    session_key = str(request.session.session_key)
    with counted(
        (limits.ENROLMENT_CODES, session_key), (limits.ENROLMENT_CODES_OF, str(person.pk))
    ):
        mailed = request.session.get(CODE, {"digest": "", "sent_at": 0})
        is_right = constant_time_compare(mailed["digest"], _digest(code))
        if not is_right or not _is_current(mailed["sent_at"]):
            raise IncorrectCode
    del request.session[CODE]
    request.session[PROVED_AT] = time.time()


def spend_proof(request: HttpRequest) -> None:
    """Remove proof and approval after a factor was enrolled, so that they permit no other."""
    request.session.pop(PROVED_AT, None)
    approved = User.objects.filter(pk=request.user.pk, enrolment_approved_until__isnull=False)
    approved.update(enrolment_approved_until=None)


@transaction.atomic
def approve_enrolment(*, actor: Actor, person: User) -> User:
    """Let staff enrol a first factor without a mail, for half an hour; never oneself."""
    if not actor.is_system and (not actor.person.is_superuser or actor.is_person(person)):
        raise ApprovalNotAllowed
    person = User.objects.active().locked(person.pk)
    if not needs_mailbox_proof(person):
        raise MailboxProofNotNeeded
    person.enrolment_approved_until = timezone.now() + APPROVAL_LIFETIME
    person.save(update_fields=["enrolment_approved_until"])
    publish(EnrolmentApproved(actor=actor, person=person))
    return person


def _is_current(at: float) -> bool:
    return bool(time.time() - at < CODE_LIFETIME)


def _digest(code: str) -> str:
    typed = code.upper().replace("-", "").replace(" ", "")
    return salted_hmac("identity.services.enrolment", typed, algorithm="sha256").hexdigest()
