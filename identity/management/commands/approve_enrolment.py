"""`manage.py approve_enrolment`: for the first superuser while the server cannot send mail."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from core.actor import Actor
from core.context import as_system
from core.errors import Refusal
from identity.services.access import prove_address
from identity.services.enrolment import approve_enrolment


class Command(BaseCommand):
    # They concern the code, and load what serves HTTP.
    requires_system_checks = ()
    help = "Takes the address of somebody of staff as proved, and lets them enrol a second factor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.registered_as(options["email"]).first()
        if person is None:
            raise CommandError("Nobody active has this address.")
        try:
            with as_system("approving an enrolment on the command line"):
                # Whoever can run commands on the server vouches for the address.
                prove_address(person, person.email)
                approve_enrolment(actor=Actor.system("manage.py approve_enrolment"), person=person)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{person.email} may enrol a second factor within half an hour.")
