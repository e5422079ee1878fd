"""What PostgreSQL itself shows and refuses, table by table, whoever forgot to ask for less."""

import json
import re
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import Model

from accounts.models import User
from core.context import show_workspaces_of
from tests.admin.world import number_the_events, plan_work
from tests.support.context import without_context
from tests.support.isolation import tenant_models
from workspaces.models import Workspace

MODELS = tenant_models()
TABLES = sorted(model._meta.db_table for model in MODELS)
REFUSED = r"row-level security|permission denied"
HOMELESS = """
    INSERT INTO activity_event
        (id, created_at, entity, entity_id, action, via, changes, reason, request_id)
    VALUES (gen_random_uuid(), now(), 'person', gen_random_uuid(), 'named', 'system', '{}', '', '')
"""


class Tenants(NamedTuple):
    me: User
    them: User


@pytest.fixture
def tenants(db: None) -> Tenants:
    """Two people who know nothing of each other, each with a workspace full of everything."""
    people = Tenants(plan_work(0), plan_work(1))
    number_the_events()
    return people


def asked(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else [cursor.rowcount]


def reached(statement: str) -> int:
    """How many rows it changes; of what the role may not do to any row at all, none."""
    try:
        with transaction.atomic():
            return int(asked(statement)[0])
    except ProgrammingError as refusal:
        return 0 if "permission denied for table" in str(refusal) else -1


def names_of(model: type[Model]) -> tuple[str, str]:
    """The table, and the column that says where a row lives."""
    return model._meta.db_table, "id" if model is Workspace else "workspace_id"


def homes_in(model: type[Model]) -> set[Any]:
    table, home = names_of(model)
    return {row[0] for row in asked(f"SELECT {home} FROM {table} WHERE {home} IS NOT NULL")}


def copy_of_a_row(model: type[Model]) -> str:
    """The statement that inserts it; policies look at a row before constraints do."""
    table, home = names_of(model)
    [row] = asked(f"SELECT to_jsonb(t)::text FROM {table} t WHERE {home} IS NOT NULL LIMIT 1")
    columns = ", ".join(str(f.column) for f in model._meta.concrete_fields if not f.generated)
    literal = json.dumps(json.loads(row[0])).replace("'", "''").replace("%", "%%")
    source = f"jsonb_populate_record(NULL::{table}, '{literal}')"
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {source}"


def refuses(statement: str) -> bool:
    try:
        with transaction.atomic():
            asked(statement)
    except ProgrammingError as refusal:
        return bool(re.search(REFUSED, str(refusal)))
    return False


def test_every_table_with_a_workspace_is_walled_in(db: None) -> None:
    columns = asked(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name = 'workspace_id'"
    )
    walled = asked("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    policies = asked("SELECT tablename, policyname, permissive, cmd FROM pg_policies")
    pointing = asked(
        "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint"
        " WHERE contype = 'f' AND confrelid::regclass::text = ANY (%s)",
        TABLES,
    )
    assert sorted([*columns, ("workspaces_workspace",)]) == [(table,) for table in TABLES]
    assert [table for (table,) in pointing if table not in TABLES] == []
    bare = {table for (table,) in walled} ^ {*TABLES}
    assert not bare, f"{bare}: TenantPolicy(…) in the app's 0002_tenancy migration"
    assert sorted(policies) == [(table, "own_workspaces", "PERMISSIVE", "ALL") for table in TABLES]


def test_nobody_sees_or_writes_anything_of_any_table(tenants: Tenants) -> None:
    for model in MODELS:
        table, home = names_of(model)
        assert len(homes_in(model)) == 2, table
        copy = copy_of_a_row(model)
        with without_context():
            assert asked(f"SELECT count(*) FROM {table}") == [(0,)], table
            assert reached(f"DELETE FROM {table}") == 0, table
            assert reached(f"UPDATE {table} SET {home} = {home}") == 0, table
            assert refuses(copy), table


def test_a_person_sees_their_own_workspace_alone_in_every_table(tenants: Tenants) -> None:
    for model in MODELS:
        table, home = names_of(model)
        with without_context():
            show_workspaces_of(tenants.me.pk)
            [mine] = homes_in(model)
        [theirs] = homes_in(model) - {mine}
        copy = copy_of_a_row(model).replace(str(mine), str(theirs))
        with without_context():
            show_workspaces_of(tenants.me.pk)
            assert reached(f"DELETE FROM {table} WHERE {home} = '{theirs}'") == 0, table
            assert reached(f"UPDATE {table} SET {home} = {home} WHERE {home} = '{theirs}'") == 0
            assert refuses(f"UPDATE {table} SET {home} = '{theirs}'"), table
            assert refuses(copy), table


def test_what_belongs_to_no_workspace_is_written_by_anybody_and_read_by_the_system(
    tenants: Tenants,
) -> None:
    with without_context():
        show_workspaces_of(tenants.me.pk)
        assert asked(HOMELESS) == [1]
        assert asked("SELECT count(*) FROM activity_event WHERE workspace_id IS NULL") == [(0,)]
    assert asked("SELECT count(*) FROM activity_event WHERE action = 'named'") == [(1,)]


def test_policies_are_evaluated_once_for_a_statement_and_leave_it_the_index(db: None) -> None:
    for other_way in ("seqscan", "bitmapscan", "sort"):
        asked(f"SET LOCAL enable_{other_way} = off")
    lines = asked(
        "EXPLAIN SELECT id FROM tasks_task WHERE deleted_at IS NULL"
        f" AND project_id = '{uuid4()}' ORDER BY created_at DESC, id DESC LIMIT 50"
    )
    plan = [line.strip() for (line,) in lines]
    assert sum(line.startswith("InitPlan") for line in plan) == 2
    assert any("Index Scan using live_tasks_by_age" in line for line in plan)
    assert not any("SubPlan" in line for line in plan)


def test_functions_behind_the_walls_are_for_the_runtime_role_alone(db: None) -> None:
    functions = asked(
        "SELECT proname, proconfig, array_to_string(proacl, ' ') FROM pg_proc"
        " WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY proname"
    )
    names = [name for name, _, _ in functions]
    triggers = ["chain_entries", "chain_entries_last", "number_event", "number_notification"]
    assert names == sorted([*triggers, "locate", "search_tasks", "workspaces_of"])
    for name, settings, grants in functions:
        assert settings == ["search_path=pg_catalog, public, pg_temp"]
        assert name in triggers or not grants.startswith("=")


def test_what_has_no_policy_is_out_of_reach(tenants: Tenants) -> None:
    """The words that are searched: only a function reads them, in the workspaces of the context."""
    for table in ("task_words",):
        assert refuses(f"SELECT count(*) FROM gantry_private.{table}")
    readable = "ARRAY(SELECT id FROM projects_project)"
    search = f"SELECT task_id FROM search_tasks('oil', NULL, {readable}, 9, true)"
    every = f"{{{','.join(str(row[0]) for row in asked('SELECT id FROM projects_project'))}}}"
    with without_context():
        assert asked(search) == []
        show_workspaces_of(tenants.me.pk)
        [(mine,)] = asked("SELECT id FROM tasks_task WHERE title = 'Oil it'")
        found = asked(search.replace(readable, "%s::uuid[]"), every)
        assert {task for (task,) in found} == {mine}
