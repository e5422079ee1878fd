"""What rows of mentions have in common; each app has a table for its texts."""

from django.db import models

from accounts.models import User
from workspaces.models import TenantRow


class MentionRow(TenantRow):
    """A person whom a text names, and who might read its project when it was written."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        abstract = True
