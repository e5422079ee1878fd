"""`manage.py audit verify`: what a superuser changed past the triggers, by its number."""

import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker

from accounts.models import User
from audit.models import AuditEntry, AuditHead
from core.queries import insert
from tests.audit.forging import ENTRY, INSERT, REHASH, forge, keep, put_back, refusal
from tests.support.actors import by
from tests.support.databases import CommittedDatabase, in_use
from workspaces.models import Workspace
from workspaces.services.workspaces import update_workspace

ENTRIES = 12
RENUMBER = "UPDATE audit_auditentry SET number = %s WHERE " + ENTRY
RELINK = "UPDATE audit_auditentry SET previous = %s WHERE " + ENTRY
COLUMNS = (
    *(f"{name} = 'x'" for name in ("action", "entity", "entity_id", "via", "request_id", "reason")),
    *(f"{name} = gen_random_uuid()" for name in ("id", "actor_id", "token_id")),
    *("created_at = now()", "details = '{\"a\": 1}'", "hash = 'x'", "previous = 'x'"),
)


def entry(workspace: Any, number: int) -> AuditEntry:
    return AuditEntry.objects.get(workspace_id=workspace and workspace.pk, number=number)


def write(workspace: Workspace, count: int) -> None:
    pk, via, entity = workspace.pk, "system", "workspace"
    rows = [
        AuditEntry(workspace_id=pk, via=via, action=f"n{n}", entity=entity) for n in range(count)
    ]
    insert(*rows)


@pytest.fixture(scope="module")
def database(shared_db: CommittedDatabase, django_db_blocker: DjangoDbBlocker) -> CommittedDatabase:
    """With a chain of ENTRIES entries in the workspace, and some in that of the instance."""
    with django_db_blocker.unblock(), in_use(shared_db):
        workspace = Workspace.objects.get(slug="analytical-engines")
        write(workspace, ENTRIES - AuditEntry.objects.filter(workspace_id=workspace.pk).count())
        assert AuditHead.objects.get(pk=workspace.pk).last_number == ENTRIES
        insert(*(AuditEntry(via="system", action=f"a{n}", entity="x") for n in range(3)))
    keep(shared_db)
    return shared_db


@pytest.fixture
def chain(database: CommittedDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[Workspace]:
    with django_db_blocker.unblock(), in_use(database):
        yield Workspace.objects.get(slug="analytical-engines")
    put_back(database)


def test_chains_as_they_were_written_are_verified(chain: Workspace) -> None:
    told = StringIO()
    call_command("audit", "verify", stdout=told)
    assert f"workspace {chain.pk}: {ENTRIES} entries are as they were written." in told.getvalue()


@pytest.mark.parametrize("column", COLUMNS)
def test_an_altered_column_is_found(
    database: CommittedDatabase, chain: Workspace, column: str
) -> None:
    forge(database, (f"UPDATE audit_auditentry SET {column} WHERE {ENTRY}", (5, chain.pk)))
    assert "number 5: its hash is not that of its fields" in refusal("--workspace", chain.slug)
    assert "number 5: " in refusal()


def test_an_altered_entry_with_a_new_hash_is_found(
    database: CommittedDatabase, chain: Workspace
) -> None:
    change = f"UPDATE audit_auditentry SET action = 'x' WHERE {ENTRY}"
    forge(database, (change, (5, chain.pk)), (REHASH, (5, chain.pk)))
    assert "number 5: it was replaced, with a hash that fits" in refusal()


@pytest.mark.parametrize("number", [1, 5, ENTRIES])
def test_a_deleted_entry_is_found(
    database: CommittedDatabase, chain: Workspace, number: int
) -> None:
    forge(database, (f"DELETE FROM audit_auditentry WHERE {ENTRY}", (number, chain.pk)))
    assert f"number {number}: it is missing" in refusal()


def test_a_deleted_entry_is_found_if_those_behind_it_are_renumbered(
    database: CommittedDatabase, chain: Workspace
) -> None:
    moves = [(RENUMBER, (n - 1, n, chain.pk)) for n in range(6, ENTRIES + 1)]
    forge(database, (f"DELETE FROM audit_auditentry WHERE {ENTRY}", (5, chain.pk)), *moves)
    assert "number 5: an entry was inserted, removed or put elsewhere" in refusal()


def test_an_inserted_entry_is_found(database: CommittedDatabase, chain: Workspace) -> None:
    """With number, hash and previous that fit, and those behind it renumbered."""
    previous = entry(chain, 4).hash
    moves = [(RENUMBER, (n + 1, n, chain.pk)) for n in range(ENTRIES, 4, -1)]
    new = (INSERT.format(5, f"'{previous}'"), (4, chain.pk))
    forge(database, *moves, new, (REHASH, (5, chain.pk)))
    assert "number 5: an entry was inserted, removed or put elsewhere" in refusal()


@pytest.mark.parametrize(("number", "named"), [(0, 0), (-7, -7), (ENTRIES + 1, ENTRIES + 1)])
def test_an_entry_inserted_at_an_end_is_found(
    database: CommittedDatabase, chain: Workspace, number: int, named: int
) -> None:
    previous = entry(chain, ENTRIES).hash if number > 0 else ""
    new = (INSERT.format(number, f"'{previous}'"), (4, chain.pk))
    forge(database, new, (REHASH, (number, chain.pk)))
    assert f"number {named}: it was inserted" in refusal()


def test_an_entry_inserted_without_a_number_is_found(
    database: CommittedDatabase, chain: Workspace
) -> None:
    forge(database, (INSERT.format("NULL", "''"), (4, chain.pk)))
    assert f"number {ENTRIES + 1}: it was inserted past the triggers" in refusal()


def test_entries_in_another_order_are_found(database: CommittedDatabase, chain: Workspace) -> None:
    swaps = [(RENUMBER, (to, at, chain.pk)) for at, to in ((5, 99), (6, 5), (99, 6))]
    forge(database, *swaps)
    assert "number 5: an entry was inserted, removed or put elsewhere" in refusal()


def test_an_entry_of_another_chain_is_missing_there(
    database: CommittedDatabase, chain: Workspace
) -> None:
    elsewhere = Workspace.objects.get(name="Elsewhere")
    move = f"UPDATE audit_auditentry SET workspace_id = %s, number = 99 WHERE {ENTRY}"
    forge(database, (move, (elsewhere.pk, 5, chain.pk)))
    assert "number 5: it is missing" in refusal("--workspace", chain.pk)
    assert "is missing; the next number is 99" in refusal("--workspace", elsewhere.slug)


def test_a_chain_without_its_head_is_found(database: CommittedDatabase, chain: Workspace) -> None:
    forge(database, ("DELETE FROM audit_audithead WHERE workspace_id = %s", (chain.pk,)))
    assert "the head of the chain is missing" in refusal()


def test_a_chain_of_which_only_the_head_is_left_is_found(
    database: CommittedDatabase, chain: Workspace
) -> None:
    forge(database, ("DELETE FROM audit_auditentry WHERE workspace_id = %s", (chain.pk,)))
    assert "number 1: it is missing" in refusal()


def test_an_entry_of_the_instance_is_found(database: CommittedDatabase, chain: Workspace) -> None:
    change = "UPDATE audit_auditentry SET via = 'x' WHERE workspace_id IS NULL AND number = %s"
    forge(database, (change, (2,)))
    assert refusal("--instance").startswith("instance: number 2: ")
    call_command("audit", "verify", "--workspace", chain.slug, stdout=StringIO())


def test_verifying_is_not_disturbed_by_writers(chain: Workspace) -> None:
    ada = User.objects.get(name="Ada")
    for n in range(3):
        update_workspace(actor=by(ada), workspace=chain, changes={"name": f"N{n}"})
        call_command("audit", "verify", stdout=StringIO())


def test_twenty_thousand_entries_take_a_second(chain: Workspace) -> None:
    """With room for the noise of the machine; the memory is that of one batch."""
    for _ in range(10):
        with transaction.atomic():
            write(chain, 2000)
    best = min(verified_in() for _ in range(3))
    assert best < 2.0, best


def verified_in() -> float:
    began = time.perf_counter()
    call_command("audit", "verify", stdout=StringIO())
    return time.perf_counter() - began
