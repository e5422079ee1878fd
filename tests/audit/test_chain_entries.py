"""Chains: without gaps and forks, whoever writes at the same moment, and never rewritten."""

from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import transaction

from activity.models import Event
from audit.models import INSTANCE, AuditEntry, AuditHead
from audit.services.verification import verify_chain
from core.models import uuid7
from core.queries import insert
from tests.support.cast import Cast
from tests.support.context import AS_SYSTEM
from tests.support.databases import CommittedDatabase
from tests.support.threads import times

pytestmark = pytest.mark.usefixtures("committed_db")
STATEMENTS = ("UPDATE {} SET created_at = now()", "DELETE FROM {}", "TRUNCATE {}")


def entry(workspace_id: UUID | None, action: str = "a") -> AuditEntry:
    return AuditEntry(workspace_id=workspace_id, via="system", action=action, entity="x")


def event(workspace_id: UUID) -> Event:
    about = {"via": "system", "entity": "task", "action": "updated"}
    return Event(workspace_id=workspace_id, entity_id=uuid7(), **about)


def chain(workspace_id: UUID | None) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(workspace_id=workspace_id).order_by("number"))


def check(workspace_id: UUID | None) -> int:
    """The entries of the chain, which is whole and has one end."""
    entries = chain(workspace_id)
    assert [each.number for each in entries] == list(range(1, len(entries) + 1))
    assert all(later.previous == former.hash for former, later in pairwise(entries))
    head = AuditHead.objects.get(pk=workspace_id or INSTANCE)
    assert (head.last_number, head.last_hash) == (len(entries), entries[-1].hash)
    assert verify_chain(workspace_id or INSTANCE, {}) == (len(entries), None)
    return len(entries)


def test_entries_of_a_transaction_follow_each_other_in_their_chains(cast: Cast) -> None:
    before = len(chain(cast.workspace.pk))
    with transaction.atomic():
        insert(*(entry(cast.workspace.pk, f"n{n}") for n in range(30)), entry(None))
        with transaction.atomic():
            insert(entry(cast.workspace.pk), entry(None))
            transaction.set_rollback(True)
        insert(entry(None), entry(cast.elsewhere.pk))
        assert {each.number for each in chain(None)} == {None}
    assert check(cast.workspace.pk) == before + 30
    assert [each.action for each in chain(cast.workspace.pk)[before:]] == [
        f"n{n}" for n in range(30)
    ]
    assert check(None) == 2
    check(cast.elsewhere.pk)


def test_eight_writers_at_once_make_one_chain(cast: Cast) -> None:
    """Events and entries in different orders: heads are locked last, so nobody deadlocks."""
    places = [cast.workspace.pk, cast.elsewhere.pk]
    before = [len(chain(place)) for place in places]

    def write(n: int) -> None:
        for turn in range(10):
            first, second = places[:: 1 if (n + turn) % 2 else -1]
            rows: list[Any] = [entry(first), event(second), entry(None), event(first)]
            with transaction.atomic():
                for row in rows[:: 1 if n % 3 else -1]:
                    insert(row)

    times(8, write)
    assert check(None) == 80
    assert [check(place) for place in places] == [known + 40 for known in before]


def test_entries_can_be_chained_before_the_commit_and_again(cast: Cast) -> None:
    with transaction.atomic():
        for _ in range(2):
            insert(entry(None), entry(None))
            with transaction.get_connection().cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        insert(entry(None))
    assert check(None) == 5


@pytest.mark.parametrize("statement", STATEMENTS)
def test_nobody_rewrites_entries(
    committed_db: CommittedDatabase, cast: Cast, statement: str
) -> None:
    refusals = {
        committed_db.url: psycopg.errors.InsufficientPrivilege,
        committed_db.direct_url: psycopg.errors.RaiseException,
    }
    for url, refusal in refusals.items():
        with psycopg.connect(url, options=AS_SYSTEM) as role, pytest.raises(refusal):
            role.execute(statement.format("audit_auditentry"))


def test_the_runtime_role_moves_no_head(committed_db: CommittedDatabase, cast: Cast) -> None:
    with (
        psycopg.connect(committed_db.url, options=AS_SYSTEM) as runtime,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        runtime.execute("UPDATE audit_audithead SET last_number = 0")


def test_python_and_postgresql_write_the_same_canonical_form(cast: Cast) -> None:
    odd = "".join(map(chr, range(1, 161))) + '\u2028\ufeff"\\/🎩é'
    details = {"zz": [1, None, True], "b": {"é": odd, "a": -(2**53)}, "a": {}, "🎩": [], odd: 0}
    rows = [
        AuditEntry(via="x", reason=odd[60 * n : 60 * n + 60], action="a", entity=odd[-80:])
        for n in range(3)
    ]
    rows += [AuditEntry(via="", action="", entity="", entity_id="ü", details=details)]
    insert(*rows)
    assert check(None) == 4
