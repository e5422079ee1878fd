"""What the relay runs; changes of tasks are counted by triggers, not by their events."""

from dashboards.services.totals import add_all_changes
from outbox.periodic import scan

scan(every=5, of="dashboards.add_changes")(add_all_changes)
