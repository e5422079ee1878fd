"""Exporting a chain, to be kept or verified elsewhere."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from audit.models import INSTANCE
from audit.services.entries import record_command
from audit.services.reading import batches


def export_chain(*, chain: UUID, reason: str) -> Iterator[str]:
    """The entries of a chain as lines of JSON, oldest first; the export is audited before."""
    with transaction.atomic():
        record_command(
            action="audit.exported",
            entity_id="" if chain == INSTANCE else str(chain),
            details={},
            reason=reason,
        )
    for batch in batches(chain):
        for line in batch.lines:
            yield line.as_json()
