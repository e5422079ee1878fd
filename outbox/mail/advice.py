"""What is wrong with EMAIL_URL, in one line for whoever has set it.

Unlike `sending.set_up_problem`, whose words everybody may read, it names host, user and address.
"""

import smtplib
import socket
import ssl
from collections.abc import Callable
from email.utils import parseaddr
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from outbox.mail.sending import Rejected, SenderUnusable

TLS_FROM_THE_START = 465
"""The port at which servers do not wait for STARTTLS (RFC 8314)."""


def advice_on(error: Exception, *, to: str) -> str:
    """Why a mail to this address could not be sent, and what may help; one line."""
    if isinstance(error, smtplib.SMTPServerDisconnected) and error.__context__:
        error = cast("Exception", error.__context__)  # smtplib raises it for time-outs, too
    for kind, says in ADVICE.items():
        if isinstance(error, kind):
            return " ".join(says(error, to).split())
    return " ".join(f"{type(error).__name__}: {error}".split())


def server() -> str:
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"


def _sender_unusable(error: Any, to: str) -> str:
    return f"DEFAULT_FROM_EMAIL is not an address: {settings.DEFAULT_FROM_EMAIL!r}."


def _recipient_rejected(error: Any, to: str) -> str:
    return f"{server()} does not accept the recipient {to}: {error}"


def _recipient_refused(error: Any, to: str) -> str:
    code, answer = next(iter(error.recipients.values()))
    hint = "" if settings.EMAIL_HOST_USER else " EMAIL_URL names no user: it may want one."
    return f"{server()} does not take mail from us to {to}: {code} {_text(answer)}.{hint}"


def _sender_refused(error: Any, to: str) -> str:
    answer = f"{error.smtp_code} {_text(error.smtp_error)}"
    sender = parseaddr(error.sender)[1]
    return f"{server()} does not accept the sender {sender} of DEFAULT_FROM_EMAIL: {answer}"


def _sign_in_refused(error: Any, to: str) -> str:
    answer = f"{error.smtp_code} {_text(error.smtp_error)}"
    return (
        f"{server()} does not let {settings.EMAIL_HOST_USER} in: {answer}. Compare user and"
        " password of EMAIL_URL, which are percent-encoded there."
    )


def _not_supported(error: Any, to: str) -> str:
    if "STARTTLS" in str(error):
        return (
            f"{server()} offers no STARTTLS: EMAIL_URL begins with smtp+ssl:// for TLS from the"
            f" start (port {TLS_FROM_THE_START}), with smtp:// for none."
        )
    way = (
        "" if settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL else " without TLS: try smtp+tls://"
    )
    return f"{server()} offers no sign-in for the user of EMAIL_URL{way}."


def _refused(error: Any, to: str) -> str:
    what = "the message" if isinstance(error, smtplib.SMTPDataError) else "the connection"
    return f"{server()} refuses {what}: {error.smtp_code} {_text(error.smtp_error)}"


def _certificate(error: Any, to: str) -> str:
    return f"The certificate of {server()} is not valid for us: {error.verify_message}."


def _tls(error: Any, to: str) -> str:
    hint = " For STARTTLS EMAIL_URL begins with smtp+tls://." if settings.EMAIL_USE_SSL else ""
    return f"No TLS with {server()}: {error.reason or error}.{hint}"


def _unknown_host(error: Any, to: str) -> str:
    return f"The host of EMAIL_URL is unknown: {settings.EMAIL_HOST} ({error.strerror})."


def _silence(error: Any, to: str) -> str:
    return f"{server()} does not answer within {settings.EMAIL_TIMEOUT} seconds.{_hint_of_port()}"


def _disconnected(error: Any, to: str) -> str:
    return f"{server()} ends the connection: {error}.{_hint_of_port()}"


def _hint_of_port() -> str:
    is_early = settings.EMAIL_PORT == TLS_FROM_THE_START and not settings.EMAIL_USE_SSL
    return f" For port {TLS_FROM_THE_START} EMAIL_URL begins with smtp+ssl://." if is_early else ""


def _folder(error: Any, to: str) -> str:
    return f"The folder for mail cannot be used: {error}"


def _unreachable(error: Any, to: str) -> str:
    return f"{server()} takes no connection: {error.strerror or error}."


def _text(answer: Any) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return text.rstrip(".")


ADVICE: dict[type[Exception], Callable[[Any, str], str]] = {
    SenderUnusable: _sender_unusable,
    Rejected: _recipient_rejected,
    smtplib.SMTPRecipientsRefused: _recipient_refused,
    smtplib.SMTPSenderRefused: _sender_refused,
    smtplib.SMTPAuthenticationError: _sign_in_refused,
    smtplib.SMTPNotSupportedError: _not_supported,
    smtplib.SMTPResponseException: _refused,
    smtplib.SMTPServerDisconnected: _disconnected,
    ssl.SSLCertVerificationError: _certificate,
    ssl.SSLError: _tls,
    socket.gaierror: _unknown_host,
    TimeoutError: _silence,
    ImproperlyConfigured: _folder,
    OSError: _unreachable,
}
"""The first kind that an error belongs to counts."""
