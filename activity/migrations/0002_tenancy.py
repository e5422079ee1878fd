"""Numbers the events of a workspace in the order of their commits, and isolates workspaces."""

from typing import ClassVar

from django.db import migrations

from core.numbering import Counters, NumberedRows
from core.tenancy import TenantPolicy

class Migration(migrations.Migration):
    dependencies: ClassVar = [("activity", "0001_initial")]

    operations: ClassVar = [
        NumberedRows(
            "number_event",
            "activity_event",
            "workspace_id",
            Counters("activity_eventcounter", "workspace_id"),
            numbered="workspace_id IS NOT NULL",
            time="committed_at",
        ),
        TenantPolicy("activity_event", allow_none=True),
        TenantPolicy("activity_eventcounter"),
        TenantPolicy("activity_textchange"),
    ]
