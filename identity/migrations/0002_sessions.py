"""Deletes refresh tokens with their session, and adds an index on the age of devices."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("identity", "0001_initial"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations: ClassVar = [
        migrations.RunSQL(
            "ALTER TABLE identity_refreshtoken ADD CONSTRAINT refresh_token_ends_with_session"
            " FOREIGN KEY (session_id) REFERENCES django_session ON DELETE CASCADE",
            "ALTER TABLE identity_refreshtoken DROP CONSTRAINT refresh_token_ends_with_session",
        ),
        migrations.RunSQL(
            "CREATE INDEX user_sessions_by_age ON usersessions_usersession (created_at)",
            "DROP INDEX user_sessions_by_age",
        ),
    ]
