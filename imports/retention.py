"""How long import files are kept; a worker removes what has no row within a day."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from core.context import as_system
from core.retention import delete_batch, lock_batch, retained
from imports.models import ImportFile, ImportRow
from imports.services.files import remove_rows

KEPT_FOR = timedelta(days=7)
UNFINISHED_FOR = timedelta(hours=24)


@retained("import files", KEPT_FOR)
@as_system("removing old import files")
def remove_import_files(at_most: int) -> int:
    return _remove(ImportFile.objects.filter(created_at__lt=Now() - KEPT_FOR), at_most)


@retained("unfinished import files", UNFINISHED_FOR)
@as_system("ending unfinished uploads of import files")
def end_unfinished_import_files(at_most: int) -> int:
    begun = ImportFile.objects.filter(state=ImportFile.State.PENDING)
    return _remove(begun.filter(created_at__lt=Now() - UNFINISHED_FOR), at_most)


@retained("rows of unfinished imports", KEPT_FOR)
@as_system("removing rows of imports that never ended")
def remove_import_rows(at_most: int) -> int:
    """An import removes its rows itself, when it ends."""
    old = ImportRow.objects.filter(created_at__lt=Now() - KEPT_FOR)
    return delete_batch(old.order_by("created_at"), at_most)


@transaction.atomic
def _remove(old: Any, at_most: int) -> int:
    rows = list(lock_batch(old.order_by("created_at"), at_most))
    if rows:
        remove_rows(rows)
    return len(rows)
