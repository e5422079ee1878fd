"""`manage.py rebuild_dashboards`: counts the tasks of projects anew."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from core.errors import NotFound
from dashboards.services.totals import project_ids, rebuild_totals


class Command(BaseCommand):
    # They concern the code, and load what serves HTTP.
    requires_system_checks = ()
    help = "Counts the tasks of one or all projects anew, one project in each transaction."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", type=UUID, help="the id of the only one")

    def handle(self, *args: Any, project: UUID | None, **options: Any) -> None:
        chosen = [project] if project else project_ids()
        for each in chosen:
            try:
                rebuild_totals(each)
            except NotFound:
                raise CommandError(f"There is no project {each}.") from None
        self.stdout.write(f"{len(chosen)} projects were counted.")
