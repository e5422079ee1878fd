"""`manage.py send_test_mail ADDRESS`: whether mail leaves, and if not, why, in one line."""

from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from outbox.mail.advice import advice_on, server
from outbox.mail.drafts import MailDraft
from outbox.mail.headers import domain
from outbox.mail.letters import Letter, Paragraph
from outbox.mail.samples import all_samples
from outbox.mail.sending import send


class Command(BaseCommand):
    # They concern the code, and load what serves HTTP; neither database nor Redis is needed.
    requires_system_checks = ()
    help = "Sends a mail by EMAIL_URL; says what is wrong and ends with 1 if it cannot be sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the recipient")
        parser.add_argument("--kind", help="send the samples of this kind, such as task_assigned")

    def handle(self, *args: Any, **options: Any) -> None:
        to = options["address"]
        try:
            validate_email(to)
        except ValidationError as flaw:
            raise CommandError(f"{to} is not an address.") from flaw
        for letter in _letters(options["kind"]):
            self._send(to, letter)

    def _send(self, to: str, letter: Letter) -> None:
        message_id = f"<{uuid4()}@{domain()}>"
        try:
            file = send(MailDraft(to=to, letter=letter).render(), message_id=message_id)
        except Exception as error:
            raise CommandError(advice_on(error, to=to)) from error
        where = f"{file} has it, as EMAIL_URL names no server" if file else _taken()
        self.stdout.write(f"Sent to {to}: {where}. Its Message-ID is {message_id}.")


def _letters(kind: str | None) -> list[Letter]:
    if kind is None:
        text = f"If you read this, {settings.PUBLIC_URL} sends mail by the server of EMAIL_URL."
        return [Letter(subject="A test of the mail server", parts=[Paragraph(text)])]
    found = [sample.draft().letter for sample in all_samples() if sample.kind == kind]
    if not found:
        known = ", ".join(dict.fromkeys(sample.kind for sample in all_samples()))
        raise CommandError(f"There is no kind {kind}; there are {known}.")
    return found


def _taken() -> str:
    if "smtp" not in str(settings.EMAIL_BACKEND):
        return f"{settings.EMAIL_BACKEND} took it"
    tls = "TLS" if settings.EMAIL_USE_SSL else "STARTTLS" if settings.EMAIL_USE_TLS else "no TLS"
    user = f"signed in as {settings.EMAIL_HOST_USER}" if settings.EMAIL_HOST_USER else "no sign-in"
    return f"{server()} took it ({tls}, {user})"
