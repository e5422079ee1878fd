"""What keeps workspaces apart, seen from outside: which tables, and the policies alone."""

from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db.models import Model

from core.documents.selection import Bound, Selection, Shape, bind
from core.queries import Compiled
from core.rights import Standing
from tests.support.context import AS_SYSTEM
from tests.support.databases import CommittedDatabase
from workspaces.models import Workspace

COMPOSITE_KEYS = """
    SELECT conrelid::regclass, conname FROM pg_constraint
    WHERE contype = 'f' AND cardinality(conkey) > 1
"""
POLICIES = "SELECT tablename FROM pg_policies"


def tenant_models() -> list[type[Model]]:
    """Everything that lives in a workspace, and the workspaces."""
    return [
        model
        for model in apps.get_models()
        if model is Workspace or any(f.attname == "workspace_id" for f in model._meta.fields)
    ]


@pytest.fixture
def only_policies(
    committed_db: CommittedDatabase, monkeypatch: pytest.MonkeyPatch
) -> CommittedDatabase:
    """A server that has forgotten every gate, every right and every composite foreign key.

    What still keeps workspaces apart is row-level security; `without_policies` switches it off.
    """
    _execute_for_each(
        committed_db, COMPOSITE_KEYS, 'ALTER TABLE {} DROP CONSTRAINT IF EXISTS "{}" CASCADE'
    )
    for model in tenant_models():
        rows = type(model._default_manager.all())
        if hasattr(rows, "visible_to"):
            monkeypatch.setattr(rows, "visible_to", lambda rows, _: rows.all())
    monkeypatch.setattr(Standing, "covers", lambda *_, **__: True)
    # Past the SQL that was compiled with the gates.
    monkeypatch.setattr(Selection, "bound", ungated)
    monkeypatch.setattr(Compiled, "rows", ungated_rows)
    return committed_db


def ungated(selection: Selection, shape: Shape, **values: Any) -> Bound | None:
    """What the selection binds, compiled without the gates."""
    return bind(shape(selection.as_queryset()), **values)


def ungated_rows(query: Compiled, **values: Any) -> list[Any]:
    """What the query yields, compiled without the gates."""
    return list(query.build(**values))


def without_policies(database: CommittedDatabase) -> None:
    """Take the policies away as well, to see that a test would notice."""
    _execute_for_each(database, POLICIES, "ALTER TABLE {} DISABLE ROW LEVEL SECURITY")


def _execute_for_each(database: CommittedDatabase, question: str, statement: str) -> None:
    with psycopg.connect(database.direct_url, options=AS_SYSTEM) as owner:
        for names in owner.execute(question).fetchall():
            owner.execute(statement.format(*names))
