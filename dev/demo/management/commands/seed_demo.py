"""`manage.py seed_demo`: creates the demo data and lists the accounts to sign in with."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from dev.demo.passwords import KNOWN_TO_ALL
from dev.demo.services import AlreadySeeded, seed_demo


def name_database(parser: ArgumentParser) -> None:
    """Add the option that `check_database` checks."""
    parser.add_argument(
        "--into",
        required=True,
        metavar="NAME",
        help="the name of the database, which makes sure that it is the one you mean",
    )


def check_database(name: str) -> None:
    """Refuse the settings of production, and a database that has another name."""
    if settings.REFUSE_DEMO_PEOPLE:
        raise CommandError("Everybody knows the demo's passwords: no server is served with it.")
    if (actual := connection.settings_dict["NAME"]) != name:
        raise CommandError(f"The database is called {actual}: nothing was changed.")


class Command(BaseCommand):
    # They concern the code, and load what serves HTTP.
    requires_system_checks = ()
    help = "Adds the demo once; running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        name_database(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        check_database(options["into"])
        try:
            people = seed_demo()
        except AlreadySeeded as refusal:
            self.stdout.write(str(refusal))
            return
        self.stdout.write(f"The demo is ready. Everybody's password is {KNOWN_TO_ALL}\n")
        for person in people:
            powers = "  (superuser)" if person.is_superuser else ""
            self.stdout.write(f"  {person.email:<22} {person.name}{powers}")
