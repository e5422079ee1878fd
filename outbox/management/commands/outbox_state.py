"""`manage.py outbox_state`: what waits in the outbox, and what was given up, for monitoring."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from outbox.services import figures_by_channel, is_relay_alive


class Command(BaseCommand):
    # They concern the code, and load what serves HTTP.
    requires_system_checks = ()
    help = "Prints one line of JSON: by channel, what is pending, put off and was given up."

    def handle(self, *args: Any, **options: Any) -> None:
        channels = {
            name: {
                "pending": each.pending,
                "oldest_pending_seconds": round(each.oldest.total_seconds(), 1),
                "put_off": each.put_off,
                "dead_in_24_hours": each.dead,
            }
            for name, each in figures_by_channel().items()
        }
        self.stdout.write(json.dumps({"relay_is_alive": is_relay_alive(), "channels": channels}))
