"""`manage.py deactivate_demo`: deactivates the demo accounts; their tasks and comments stay."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.people import change_access
from core.actor import Actor
from core.context import as_system
from dev.demo.checks import demo_people_who_can_sign_in


class Command(BaseCommand):
    help = "Signs the people of the demo out everywhere and lets none of them in again."

    def handle(self, *args: Any, **options: Any) -> None:
        with as_system("deactivating the demo"):
            people = demo_people_who_can_sign_in()
            for person in people:
                change_access(
                    actor=Actor.system("manage.py deactivate_demo"), person=person, is_active=False
                )
        self.stdout.write(f"Deactivated: {len(people)}.")
