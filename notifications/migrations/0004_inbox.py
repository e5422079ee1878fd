"""Numbers the notifications of each inbox, and isolates workspaces."""

from typing import ClassVar

from django.db import migrations

from core.numbering import Counters, NumberedRows
from core.tenancy import SameWorkspace, TenantPolicy


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notifications", "0003_inbox_and_preferences")]

    operations: ClassVar = [
        SameWorkspace("notifications_notification", "project_id", "projects_project"),
        SameWorkspace("notifications_notification", "task_id", "tasks_task"),
        SameWorkspace("notifications_mutedtask", "task_id", "tasks_task"),
        NumberedRows(
            "number_notification",
            "notifications_notification",
            "recipient_id",
            Counters("notifications_inboxcounter", "person_id"),
            numbered="in_inbox",
            again=True,
        ),
        TenantPolicy("notifications_notification", allow_none=True, reader="recipient_id"),
        TenantPolicy("notifications_mutedtask"),
    ]
