"""`manage.py seed_demo`: three teams at work, and who to sign in as."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.services import KNOWN_TO_ALL, AlreadyPlanted, plant


class Command(BaseCommand):
    help = "Adds the demo once; running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--in-public",
            action="store_true",
            help="also on a server for the public, though everybody knows the passwords",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # A server that insists on TLS is not somebody's own machine.
        if settings.SESSION_COOKIE_SECURE and not options["in_public"]:
            raise CommandError("The demo's passwords are public: use --in-public if you mean it.")
        try:
            people = plant()
        except AlreadyPlanted as refusal:
            self.stdout.write(str(refusal))
            return
        self.stdout.write(f"The demo is ready. Everybody's password is {KNOWN_TO_ALL}\n")
        for person in people:
            powers = "  (superuser)" if person.is_superuser else ""
            self.stdout.write(f"  {person.email:<22} {person.name}{powers}")
