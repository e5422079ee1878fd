"""`manage.py seed_demo`: creates the demo data and lists the accounts to sign in with."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from dev.demo.passwords import KNOWN_TO_ALL
from dev.demo.services import AlreadySeeded, seed_demo


class Command(BaseCommand):
    # They concern the code, and load what serves HTTP.
    requires_system_checks = ()
    help = "Adds the demo once; running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--into",
            required=True,
            metavar="NAME",
            help="the name of the database, which makes sure that it is the one you mean",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.REFUSE_DEMO_PEOPLE:
            raise CommandError("Everybody knows the demo's passwords: no server is served with it.")
        if (name := connection.settings_dict["NAME"]) != options["into"]:
            raise CommandError(f"The database is called {name}: nothing was changed.")
        try:
            people = seed_demo()
        except AlreadySeeded as refusal:
            self.stdout.write(str(refusal))
            return
        self.stdout.write(f"The demo is ready. Everybody's password is {KNOWN_TO_ALL}\n")
        for person in people:
            powers = "  (superuser)" if person.is_superuser else ""
            self.stdout.write(f"  {person.email:<22} {person.name}{powers}")
