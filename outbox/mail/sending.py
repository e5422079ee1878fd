"""Sending a mail to the mail server, and classifying its errors."""

import re
import smtplib
import socket
import ssl
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address

from outbox.mail import smtp
from outbox.mail.drafts import Mail
from outbox.mail.headers import domain, sender_line
from outbox.models import Delivery

PERMANENT = range(500, 600)
BUSY = 421
NO_SUCH_RECIPIENT = (521, 550, 551, 553, 556)
"""Codes with which servers refuse a recipient that does not exist (RFC 5321, 4.3.2; RFC 7504)."""
ABOUT_RECIPIENT = {"1.1", "1.2", "1.3", "1.4", "1.6", "1.10", "2.1"}
"""Enhanced status codes for the same (RFC 3463); not 2.2, as a full mailbox may be emptied."""
ENHANCED = re.compile(r"5\.(\d{1,3}\.\d{1,3})\b")
# Servers without enhanced codes also use 550 and 553 to refuse our sender.
ABOUT_US = re.compile(r"relay|authenti|sender|rcpthosts", re.IGNORECASE)


class Rejected(Exception):
    """The recipient does not exist, or the mail cannot be encoded: trying again is of no use."""


class SenderUnusable(Exception):
    """DEFAULT_FROM_EMAIL is no address."""


def message_id_of(delivery: Delivery) -> str:
    """The same for all attempts, so that copies can be recognised; a resend has another."""
    return f"<{delivery.pk}.{delivery.generation}@{domain()}>"


def send(mail: Mail, *, message_id: str) -> str:
    """Send the mail; Rejected is final, after any other error it can be tried again.

    Returns the path of the file if mail is written to files, else "".
    """
    written = encoded(mail, message_id)
    try:
        return smtp.send(written)
    except smtplib.SMTPRecipientsRefused as refusal:
        code, answer = next(iter(refusal.recipients.values()))
        words = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        if _is_about_recipient(code, words):
            raise Rejected(f"{code} {words}") from refusal
        raise


def encoded(mail: Mail, message_id: str) -> smtp.Written:
    """The mail encoded for SMTP; Rejected if it cannot be."""
    try:
        sender = sanitize_address(settings.DEFAULT_FROM_EMAIL, settings.DEFAULT_CHARSET)
    except ValueError as problem:
        raise SenderUnusable(str(problem)) from problem
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        from_email=sender_line(mail.sender),
        to=[mail.to],
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated", **mail.headers},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        recipient = sanitize_address(mail.to, settings.DEFAULT_CHARSET)
        mime: Any = message.message()
        content = mime.as_bytes(linesep="\r\n")
    except ValueError as problem:
        raise Rejected(f"cannot be written as a mail: {problem}") from problem
    return smtp.Written(message, sender, recipient, content)


def set_up_problem(error: Exception) -> str:
    """What is wrong with the server or the settings; "" if the error is about one mail only.

    Contains no address, host, user or text of the server, because `/readyz` shows it to everybody.
    """
    refusal = _refusal(error)
    if refusal is None:
        return _trouble(error)
    code, text = refusal
    if code == BUSY:
        return "the mail server is too busy (421)"
    if code in PERMANENT or not _is_about_mail(error):
        return f"{text} ({code})"
    return ""


def _refusal(error: Exception) -> tuple[int, str] | None:
    """The code of the server's answer, and what it refused; None if it did not answer."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, _ = next(iter(error.recipients.values()))
        return code, "the mail server does not accept our mail for recipients"
    if not isinstance(error, smtplib.SMTPResponseException):
        return None
    texts = {
        smtplib.SMTPAuthenticationError: "the mail server does not accept our sign-in",
        smtplib.SMTPSenderRefused: "the mail server does not accept our sender",
        smtplib.SMTPDataError: "the mail server does not accept our messages",
    }
    return error.smtp_code, texts.get(type(error), "the mail server refuses the connection")


def _is_about_mail(error: Exception) -> bool:
    """Whether the server may accept the next mail."""
    per_mail = smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError
    return isinstance(error, per_mail)


def _trouble(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPServerDisconnected) and error.__context__:
        error = cast("Exception", error.__context__)  # smtplib raises it for time-outs, too
    texts: dict[type[Exception], str] = {
        SenderUnusable: "DEFAULT_FROM_EMAIL is not an address",
        smtplib.SMTPNotSupportedError: "the mail server offers no TLS or no sign-in",
        smtplib.SMTPServerDisconnected: "the mail server ends the connection",
        ssl.SSLError: "no secure connection to the mail server",
        socket.gaierror: "the mail server's name is unknown",
        TimeoutError: "the mail server does not answer",
        OSError: "the mail server or folder cannot be reached",
        # By the backend that writes files: the folder is a file, or cannot be created or written.
        ImproperlyConfigured: "the folder for mail cannot be used",
    }
    return next((text for kind, text in texts.items() if isinstance(error, kind)), "")


def _is_about_recipient(code: int, words: str) -> bool:
    if enhanced := ENHANCED.match(words):
        return code in PERMANENT and enhanced[1] in ABOUT_RECIPIENT
    return code in NO_SUCH_RECIPIENT and not ABOUT_US.search(words)
