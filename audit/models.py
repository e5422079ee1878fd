"""The audit: one chain of entries for each workspace, and one for the instance.

An entry's `hash` is the SHA-256, in hexadecimal, of its canonical form: the UTF-8 of a JSON array
of the values of CANONICAL, in that order, as PostgreSQL's `json_build_array` and Python's
`json.dumps(…, ensure_ascii=False)` write it: ", " between values, ": " after keys, no characters
escaped but quotation marks, backslashes and those below U+0020. Ids are texts in lower case,
`created_at` is `YYYY-MM-DDThh:mm:ss.ffffffZ`, `number` a number, what is missing null. The keys of
`details` are ordered by length, then by their bytes, as in PostgreSQL's `jsonb`.

`previous` is the hash of the entry before, "" for the first one of a chain.
"""

from typing import ClassVar
from uuid import UUID

import pgtrigger
from django.db import models

from core.models import Record, never_changed

CANONICAL = (
    "previous",
    "workspace_id",
    "number",
    "id",
    "created_at",
    "actor_id",
    "via",
    "token_id",
    "reason",
    "action",
    "entity",
    "entity_id",
    "details",
    "request_id",
)
INSTANCE = UUID(int=0)
"""Stands for the instance where a chain is named by the id of a workspace that must not be null."""


class AuditHead(models.Model):
    """The end of a chain; locked only while a transaction commits."""

    kept_by_triggers = True

    workspace_id = models.UUIDField(primary_key=True)
    """INSTANCE for the chain of the instance."""
    last_number = models.BigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.workspace_id}: {self.last_number}"


class AuditEntry(Record):
    """Something significant that was done. It holds ids and codes, and no personal data.

    Its chain is that of its workspace, or without one of the instance. What deferred triggers set
    just before the commit is `number`, without gaps in the chain, with `previous` and `hash`.
    """

    number = models.BigIntegerField(null=True, editable=False)
    action = models.CharField(max_length=40)
    """What was done, such as `project.deleted`."""
    entity = models.CharField(max_length=100)
    """The kind of row it was done to: `project`; in the admin `app.model`."""
    entity_id = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True, editable=False)
    hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name_plural = "audit entries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace_id", "number"],
                condition=models.Q(number__isnull=False),
                nulls_distinct=False,
                name="audit_number_once_per_chain",
            ),
        ]
        triggers = never_changed("audit_is", pgtrigger.Q(old__number__isnull=False))

    def __str__(self) -> str:
        return f"{self.number} {self.action}"
