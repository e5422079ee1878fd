"""One connection to the mail server for each thread, kept for many mails."""

import smtplib
import threading
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

OK = 250
CONTENT_SECONDS = 40.0
"""Time-out for the answer to a mail's content; EMAIL_TIMEOUT is for all other answers."""
OURS = {"django.core.mail.backends.smtp.EmailBackend": "outbox.mail.smtp.Backend"}
LONGEST_IDLE = 20.0
"""Seconds after which an idle connection is replaced; servers close them after minutes."""
MOST_MAILS = 100
"""The most mails on one connection: some servers refuse more."""

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Kept(threading.local):
    """The open connection of this thread, its settings, its last use and its number of mails."""

    backend: EmailBackend | None = None
    address: tuple[object, ...] = ()
    used_at = 0.0
    mails = 0


_kept = _Kept()


class _ContentTimeout(smtplib.SMTP):
    """Waits longer for the answer to a mail's content, which servers scan before they answer.

    A time-out there may make the recipient get a copy with every further attempt.
    """

    def data(self, msg: "ReadableBuffer | str") -> tuple[int, bytes]:
        if self.sock:
            self.sock.settimeout(CONTENT_SECONDS)
        try:
            return super().data(msg)
        finally:
            if self.sock:
                self.sock.settimeout(self.timeout)


class _ContentTimeoutSSL(_ContentTimeout, smtplib.SMTP_SSL):
    """As `_ContentTimeout`, over TLS from the start."""


class Backend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _ContentTimeoutSSL if self.use_ssl else _ContentTimeout


@dataclass(frozen=True)
class Written:
    """A message, and its sender, recipient and content as they are sent to the server."""

    message: EmailMultiAlternatives
    sender: str
    recipient: str
    content: bytes


def send(written: Written) -> str:
    """Send it; after an error the connection is closed, not used for another mail.

    Returns the path of the file if the backend writes files, else "".
    """
    backend = _opened()
    connection = getattr(backend, "connection", None)
    try:
        if isinstance(connection, smtplib.SMTP):
            connection.sendmail(written.sender, [written.recipient], written.content)
        else:
            backend.send_messages([written.message])
    except BaseException:
        close()
        raise
    # Django has no public attribute for the file it has written.
    return getattr(backend, "_fname", None) or ""


def close() -> None:
    """Close the connection without QUIT, which could block; the next mail opens a new one."""
    if _kept.backend and _kept.backend.connection:
        _kept.backend.connection.close()
    _kept.backend = None


def _opened() -> BaseEmailBackend:
    """A backend ready for a mail; all errors here are those of the server or the settings."""
    address = _address()
    if _kept.backend and not (_kept.address == address and _answers(_kept.backend)):
        close()
    if _kept.backend is None:
        backend = get_connection(OURS.get(str(settings.EMAIL_BACKEND)))
        if not isinstance(backend, EmailBackend):
            return backend
        _open(backend)
        _kept.backend, _kept.address, _kept.mails = backend, address, 0
    _kept.mails += 1
    _kept.used_at = time.monotonic()
    return _kept.backend


def _address() -> tuple[object, ...]:
    return (
        settings.EMAIL_BACKEND,
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        settings.EMAIL_HOST_USER,
        settings.EMAIL_HOST_PASSWORD,
        settings.EMAIL_USE_TLS,
        settings.EMAIL_USE_SSL,
    )


def _open(backend: EmailBackend) -> None:
    try:
        backend.open()
    except BaseException:
        with suppress(smtplib.SMTPException, OSError):
            backend.close()
        raise
    if backend.connection:
        # When its thread ends, the backend is garbage, but its socket would stay open.
        weakref.finalize(backend, backend.connection.close)


def _answers(backend: EmailBackend) -> bool:
    """Whether the connection can take another mail; RSET clears what is left of the last one."""
    idle = time.monotonic() - _kept.used_at
    if idle > LONGEST_IDLE or _kept.mails >= MOST_MAILS or backend.connection is None:
        return False
    try:
        code, _ = backend.connection.rset()
    except (smtplib.SMTPException, OSError):
        return False
    return bool(code == OK)
