"""An index on allauth's table of devices, for removing old ones."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("identity", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations: ClassVar = [
        migrations.RunSQL(
            "CREATE INDEX user_sessions_by_age ON usersessions_usersession (created_at)",
            "DROP INDEX user_sessions_by_age",
        ),
    ]
