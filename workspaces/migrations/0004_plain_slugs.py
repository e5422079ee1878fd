"""Slugs of letters, digits and single hyphens; what had anything else is told apart by a suffix."""

from typing import ClassVar

from django.db import migrations

PLAIN = """
    UPDATE workspaces_workspace
    SET slug = coalesce(nullif(trim(BOTH '-' FROM regexp_replace(lower(slug), '[^a-z0-9]+', '-', 'g')), ''),
        'workspace') || '-' || left(md5(id::text), 6)
    WHERE slug !~ '^[a-z0-9]+(-[a-z0-9]+)*$'
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("workspaces", "0003_public_id")]

    operations: ClassVar = [migrations.RunSQL(PLAIN, migrations.RunSQL.noop)]
