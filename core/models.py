"""Base models and querysets with row locks; core's own rows: idempotency keys, attempt counts."""

import uuid
from datetime import date, time, timedelta
from functools import cache
from typing import Any, ClassVar, Self

import pgtrigger
import uuid_utils.compat
from django.db import models
from django.db.models.functions import Cast, Coalesce, Now
from django.utils import timezone

from core.errors import NotFound, Stale
from core.events import Changes
from core.lock_waits import may_wait
from core.merging import MergeBase
from core.queries import Compiled, update
from core.shared_locks import ShareQuery, lock_turn

RESTORE_WINDOW = timedelta(days=30)
"""How long deleted rows can be restored."""
PURGED_AFTER = RESTORE_WINDOW + timedelta(hours=1)
"""Later than RESTORE_WINDOW, because purging uses PostgreSQL's clock and restoring that of the web
server, which may differ."""
LONGEST_UUID = len("urn:uuid:{00000000-0000-0000-0000-000000000000}")
NO_ROW = uuid.UUID(int=0)
"""An id that no row has: what is compared in place of an id that is unknown."""
UNPURGED = models.Q(deleted_at__isnull=False, purged_at=None)
"""Rows that are deleted and whose texts have not been purged yet."""


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7)."""
    return uuid_utils.compat.uuid7()


def as_uuid(value: str) -> uuid.UUID | None:
    """The text as a UUID, None if it is not one.

    Python's UUID ignores hyphens anywhere, and white space that is not printable.
    """
    if len(value) > LONGEST_UUID or not value.isprintable():
        return None
    try:
        return uuid.UUID(value)
    except ValueError:
        return None


def as_event_value(value: Any) -> Any:
    """A value as stored in an event: the id of a row, ISO 8601 for dates and times."""
    if isinstance(value, models.Model):
        return str(value.pk)
    return value.isoformat() if isinstance(value, date | time) else value


def public_id(external: str) -> models.GeneratedField:
    """The id in the API: that of the identity provider in column `external`, else `id`."""
    return models.GeneratedField(
        expression=Coalesce(external, Cast("id", models.CharField(max_length=64))),
        output_field=models.CharField(max_length=64),
        db_persist=True,
    )


def never_changed(rows: str, final: pgtrigger.Q | None = None) -> list[pgtrigger.Trigger]:
    """Triggers of append-only tables: they refuse DELETE, TRUNCATE, and UPDATE.

    With `final`, UPDATE only of the rows for which that is true. `rows` begins the names of the
    triggers, such as `log_is`.
    """
    return [
        pgtrigger.Protect(name=f"{rows}_not_deleted", operation=pgtrigger.Delete),
        pgtrigger.Protect(
            name=f"{rows}_not_rewritten", operation=pgtrigger.Update, condition=final
        ),
        pgtrigger.Trigger(  # which Protect has no form for
            name=f"{rows}_not_truncated",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
        ),
    ]


class LockingQuerySet(models.QuerySet[Any]):
    """Row locks under one method name, so that they can be found by grep."""

    def locked(self, pk: uuid.UUID, *, alive: bool = False) -> Any:
        """Lock the row with FOR NO KEY UPDATE and return it as it is now; NotFound if it is gone.

        With `alive`, also if it is deleted. NO KEY, because FOR UPDATE conflicts with the FOR KEY
        SHARE lock that PostgreSQL takes on the row for every insert of a row that refers to it.
        """
        return self._lock("for_lock", pk, alive=alive)

    def for_lock(self, pk: Any) -> Self:
        """The row, locked when it is read."""
        return self.select_for_update(no_key=True, of=("self",)).filter(pk=pk)

    def select_for_update(self, *args: Any, **named: Any) -> Self:
        """As Django's, with `nowait` if the request may not wait for locks (`core.lock_waits`)."""
        if not (named.get("skip_locked") or may_wait()):
            named["nowait"] = True
        return super().select_for_update(*args, **named)

    def alive(self) -> Self:
        """Rows that are not deleted; for models with `deleted_at` only."""
        return self.filter(deleted_at=None)

    def not_long_deleted(self) -> Self:
        """Rows that are not deleted, or were within RESTORE_WINDOW."""
        lately = models.Q(deleted_at__gt=timezone.now() - RESTORE_WINDOW)
        return self.filter(models.Q(deleted_at=None) | lately)

    def _lock(self, method: str, pk: uuid.UUID, *, alive: bool) -> Any:
        query = self.query
        narrowed = query.where, query.select_related, query.annotations, query.deferred_loading[0]
        if any(narrowed):  # it differs from the one that is compiled for all rows
            row = getattr(self, method)(pk).first()
        else:
            model: Any = self.model
            row = _locking(model, method).first(pk=pk)
        if row is None or (alive and row.deleted_at is not None):
            raise NotFound
        return row


class SharingQuerySet(LockingQuerySet):
    """Rows that can also be locked shared; both kinds of lock are granted in order of request."""

    def for_lock(self, pk: Any) -> Self:
        """The row, locked when it is read, after all who asked for a lock on it earlier."""
        return super().for_lock(pk).filter(lock_turn(pk, is_shared=False))

    def locked_shared(self, pk: uuid.UUID, *, alive: bool = False) -> Any:
        """Lock the row with FOR SHARE: many may hold it, and nobody can change the row meanwhile.

        Not FOR KEY SHARE, which does not conflict with `locked`. Do not call `locked` for the row
        or change it later in the same transaction: two transactions doing so would deadlock.
        """
        return self._lock("for_shared_lock", pk, alive=alive)

    def for_shared_lock(self, pk: Any) -> Self:
        """The row, locked shared when it is read."""
        rows = self.filter(lock_turn(pk, is_shared=True), pk=pk)
        rows.query = rows.query.chain(ShareQuery)
        return rows.select_for_update(no_key=True, of=("self",))


@cache
def _locking(model: Any, method: str) -> Compiled:
    return Compiled(getattr(model.objects.all(), method))


class Row(models.Model):
    """Base of most models: a time-ordered UUID and the time of creation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class Record(Row):
    """Base of append-only rows that say who did something, with which credential, and where.

    Ids are no foreign keys, so that the rows outlive those they name.
    """

    append_only = True

    workspace_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    via = models.CharField(max_length=16)
    """The kind of the actor's `Credential`; `system` without a person."""
    token_id = models.UUIDField(null=True)
    """The personal token that was used."""
    reason = models.CharField(max_length=100, blank=True)
    """Why the system acted."""
    request_id = models.CharField(max_length=128, blank=True)

    class Meta:
        abstract = True


class VersionedRow(Row):
    """A row people edit: every change increments `version`, which is also its ETag."""

    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def check_version(self, expected: int | None) -> None:
        """Raise Stale unless the locked row has the `expected` version, or can be merged with it.

        None if the client sent none.
        """
        if expected is None or expected == self.version:
            return
        conflicts = expected.conflicts(self) if isinstance(expected, MergeBase) else None
        if conflicts is None or conflicts:
            raise Stale(self, conflicts)

    def change(self, **values: Any) -> Changes:
        """Set the attributes that differ and return their old and new values; does not save."""
        changes: Changes = {}
        for name, value in values.items():
            before = getattr(self, name)
            if before != value:
                setattr(self, name, value)
                changes[name] = {"old": as_event_value(before), "new": as_event_value(value)}
        return changes

    def save_changes(self, *fields: str) -> None:
        """Save these fields of a locked row and increment its version."""
        self.version += 1
        update(self, *fields, "version", "updated_at")


class IdempotencyKey(models.Model):
    """An idempotency key that was used, with the answer; written in the request's transaction."""

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
    """The number of attempts in the current window of a limit; `key` is made by `Limit.key`."""

    key = models.CharField(max_length=64, primary_key=True, editable=False)
    count = models.PositiveIntegerField(editable=False)
    resets_at = models.DateTimeField(editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["resets_at"], name="attempts_by_end")]

    def __str__(self) -> str:
        return self.key
