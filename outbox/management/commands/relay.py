"""`manage.py relay`: runs the relay until SIGTERM or SIGINT."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from core.checks import refuse_flawed_database
from outbox.relay import Relay


class Command(BaseCommand):
    # They concern the code, and load what serves HTTP; the database is checked below.
    requires_system_checks = ()
    help = "Takes what is due out of the outbox and hands it to the workers."

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_flawed_database()
        relay = Relay()
        for request in (signal.SIGTERM, signal.SIGINT):
            signal.signal(request, lambda *_: relay.stop())
        relay.run()
