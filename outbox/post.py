"""Handing a mail to the mail server, and what its answer means."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from outbox.channels import Mail
from outbox.models import Delivery

PERMANENT = range(500, 600)


class Rejected(Exception):
    """The server will never take this mail."""


def message_id(delivery: Delivery) -> str:
    """The same for every attempt, so that a copy can be recognised; another one after a resend."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ")
    return f"<{delivery.pk}.{delivery.generation}@{domain}>"


def send(mail: Mail, *, known_as: str) -> None:
    """Return once the server has taken the mail; Rejected is final, any other error is not."""
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[mail.to],
        headers={"Message-ID": known_as, "Auto-Submitted": "auto-generated", **mail.headers},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        code, answer = next(iter(refusal.recipients.values()))
        _judge(code, answer, refusal)
    # Only answers about this mail are final; a wrong password or a bad greeting is repaired.
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refusal:
        _judge(refusal.smtp_code, refusal.smtp_error, refusal)
    except (smtplib.SMTPNotSupportedError, ValueError) as problem:
        raise Rejected(f"cannot be written as a mail: {problem}") from problem


def _judge(code: int, answer: bytes | str, refusal: smtplib.SMTPException) -> None:
    if code not in PERMANENT:
        raise refusal
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    raise Rejected(f"{code} {words}") from refusal
