"""`manage.py seed_scale`: fills a database with a million tasks, to try the product at scale."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from core.context import as_system
from dev.demo.management.commands.seed_demo import check_database, name_database
from dev.demo.scale import fill_scale

MOST = 10_000_000


class Command(BaseCommand):
    # They concern the code, and load what serves HTTP.
    requires_system_checks = ()
    help = "Adds a workspace with large projects once; nobody is told, and no event is logged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        name_database(parser)
        parser.add_argument("--tasks", type=int, default=1_000_000, help=f"1 to {MOST}")
        parser.add_argument(
            "--owner", default="", metavar="ADDRESS", help="who is to own the workspace, and see it"
        )

    def handle(self, *args: Any, into: str, tasks: int, owner: str, **options: Any) -> None:
        check_database(into)
        if not 1 <= tasks <= MOST:
            raise CommandError(f"--tasks must be 1 to {MOST}: nothing was changed.")
        with as_system("looking for the owner of many tasks"):
            found = User.objects.active().by_address(owner).first() if owner else None
            is_there = User.objects.filter(email__startswith="scale-").exists()
        if owner and found is None:
            raise CommandError(f"Nobody has the address {owner}: nothing was changed.")
        if is_there:
            raise CommandError("It was filled before: nothing was changed.")
        fill_scale(tasks, owner=found, tell=self.stdout.write)
