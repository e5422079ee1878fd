"""The base of every row, and the one row core owns: an answer kept for its idempotency key."""

import uuid
from datetime import date, time, timedelta
from typing import Any, ClassVar, Self

import pgtrigger
import uuid_utils.compat
from django.db import models
from django.db.models.functions import Cast, Coalesce, Now
from django.utils import timezone

from core.errors import NotFound, Stale
from core.events import Changes
from core.lock_waits import may_wait
from core.shared_locks import ShareQuery, in_turn

RESTORE_WINDOW = timedelta(days=30)
"""How long what was deleted can be brought back."""
PURGED_AFTER = RESTORE_WINDOW + timedelta(hours=1)
"""Later, because purging asks PostgreSQL's clock and restoring that of a web server."""
UNPURGED = models.Q(deleted_at__isnull=False, purged_at=None)
"""Deleted, and the texts are still there."""


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7)."""
    return uuid_utils.compat.uuid7()


def as_event_value(value: Any) -> Any:
    """A value as an event tells it: rows by id, days and times in ISO 8601."""
    if isinstance(value, models.Model):
        return str(value.pk)
    return value.isoformat() if isinstance(value, date | time) else value


def public_id(external: str) -> models.GeneratedField:
    """The id clients know: the identity provider's, kept in `external`, else our own."""
    return models.GeneratedField(
        expression=Coalesce(external, Cast("id", models.CharField(max_length=64))),
        output_field=models.CharField(max_length=64),
        db_persist=True,
    )


def never_truncated(name: str, message: str) -> pgtrigger.Trigger:
    """The trigger that append-only tables need beside `Protect`, which lets TRUNCATE pass."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=f"RAISE EXCEPTION '{message}';",
    )


class LockingQuerySet(models.QuerySet[Any]):
    """Row locks, taken in one spelling so that they can be found by grep."""

    def locked(self, pk: uuid.UUID) -> Any:
        """The row under FOR NO KEY UPDATE, `NotFound` if it went; re-read what you decide on.

        NO KEY, because FOR UPDATE fights the key-share lock every insert of a child takes.
        """
        return _found(self.select_for_update(no_key=True, of=("self",)).filter(pk=pk))

    def select_for_update(self, *args: Any, **named: Any) -> Self:
        """Django's; without waiting where the request may not."""
        if not (named.get("skip_locked") or may_wait()):
            named["nowait"] = True
        return super().select_for_update(*args, **named)

    def alive(self) -> Self:
        """Not deleted; models without soft deletion override nothing and never call it."""
        return self.filter(deleted_at=None)


class SharingQuerySet(LockingQuerySet):
    """Rows that can be locked shared as well; both kinds of lock are given in turn."""

    def locked(self, pk: uuid.UUID) -> Any:
        """The row under FOR NO KEY UPDATE, after whoever has asked for it before."""
        return super(SharingQuerySet, self.filter(in_turn(pk, is_shared=False))).locked(pk)

    def locked_shared(self, pk: uuid.UUID) -> Any:
        """The row under FOR SHARE, which many may hold: it stays as it is for all of them.

        Not FOR KEY SHARE, which lets `locked` pass. Never followed by `locked` or a change of the
        same row in one transaction: two that did so would wait for each other.
        """
        rows = self.filter(in_turn(pk, is_shared=True), pk=pk)
        rows.query = rows.query.chain(ShareQuery)
        return _found(rows.select_for_update(no_key=True, of=("self",)))


def _found(rows: LockingQuerySet) -> Any:
    row = rows.first()
    if row is None:
        raise NotFound
    return row


class Row(models.Model):
    """Identity and age of every row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class VersionedRow(Row):
    """A row people edit: every change counts `version` up, which is also its ETag."""

    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def check_version(self, expected: int | None) -> None:
        """Refuse an edit made on an older reading; None means the client did not ask."""
        if expected is not None and expected != self.version:
            raise Stale(self)

    def change(self, **values: Any) -> Changes:
        """Set what differs and say what did; the caller saves."""
        changes: Changes = {}
        for name, value in values.items():
            before = getattr(self, name)
            if before != value:
                setattr(self, name, value)
                changes[name] = {"old": as_event_value(before), "new": as_event_value(value)}
        return changes

    def save_changes(self, *fields: str) -> None:
        """Write these fields of a locked row and count the version up."""
        self.version += 1
        self.save(update_fields=[*fields, "version", "updated_at"])


class IdempotencyKey(models.Model):
    """An answer already given, kept in the transaction of its effect."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    principal = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    is_kept = models.BooleanField(db_default=False)
    conditions = models.JSONField(db_default=models.Value([], models.JSONField()))
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["principal", "key"], name="idempotency_key_once_per_principal"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return f"{self.principal} {self.key}"


class AttemptCount(models.Model):
    """How often something was tried in the window that is open; `key` is a hash of what."""

    key = models.CharField(max_length=64, primary_key=True, editable=False)
    count = models.PositiveIntegerField(editable=False)
    resets_at = models.DateTimeField(editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["resets_at"], name="attempts_by_end")]

    def __str__(self) -> str:
        return self.key
