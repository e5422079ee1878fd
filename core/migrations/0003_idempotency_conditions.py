"""Whether an answer was stored for its key, and what must hold before it is given again."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("core", "0002_cache")]

    operations: ClassVar = [
        migrations.AddField(
            "idempotencykey", "is_kept", models.BooleanField(db_default=False)
        ),
        migrations.AddField(
            "idempotencykey",
            "conditions",
            models.JSONField(db_default=models.Value([], models.JSONField())),
        ),
    ]
