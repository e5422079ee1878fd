"""The house rules that a program can check."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.db.models import ForeignKey
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular import validation
from jsonschema_rs import validator_for

from config import env
from config.settings.logs import FACTS
from core.api.viewsets import ServiceViewSet
from core.apps import FOR_REQUESTS, MODULES
from outbox.models import MailContent
from tests import support
from tests.support.openapi import loaded

ROOT = settings.BASE_DIR
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
[ORDER] = [
    c["layers"] for c in CONTRACTS["contracts"] if c["type"] == "layers" and "containers" not in c
]
"""The apps, each above those it may import."""
OURS = [app for app in CONTRACTS["root_packages"] if app != "config"]
INDENTED_IMPORT = re.compile(r"^[ \t]+(from|import)\b|[:;] *(from|import)\b", re.MULTILINE)
"""All that can stand in a function; parsing each file takes longer."""
SUPPRESSION = re.compile(r"# noqa|# type: ignore|# pragma: no cover")


def sources(*folders: str) -> list[Path]:
    files = chain.from_iterable((ROOT / folder).rglob("*.py") for folder in folders)
    return [file for file in files if "migrations" not in file.parts]


@cache
def functions(file: Path) -> list[ast.FunctionDef]:
    nodes = ast.walk(ast.parse(file.read_text()))
    return [node for node in nodes if isinstance(node, ast.FunctionDef)]


def lengths(files: list[Path]) -> list[int]:
    return [(node.end_lineno or 0) - node.lineno + 1 for file in files for node in functions(file)]


WOKEN = """
import gc, sys, django
django.setup()
print(*sys.modules)
print(gc.get_stats()[-1]["collections"])
import config.urls
print(*sys.modules)
"""


def test_modules_that_register_themselves_are_loaded_by_the_programs_they_are_for() -> None:
    run = [sys.executable, "-c", WOKEN]
    told = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    by_all, full_collections, by_web = (set(line.split()) for line in told.splitlines())
    # A start looks for no garbage among what stays: see config/settings/__init__.py.
    assert full_collections == {"0"}
    for names, found, others in ((MODULES, by_all, set()), (FOR_REQUESTS, by_web, by_all)):
        for name in names:
            file = f"{name.replace('.', '/')}.py"
            there = {f"{app}.{name}" for app in OURS if (ROOT / app / file).exists()}
            assert there, name
            assert there <= found - others


def test_every_file_is_covered_by_an_import_contract() -> None:
    folders = {f.parent for f in ROOT.glob("[!.]*/*.py")} - {ROOT / "tests"}
    unknown = {folder.name for folder in folders} ^ {*CONTRACTS["root_packages"]}
    assert not unknown, f"{unknown}: give it its place in the contracts of pyproject.toml"
    unordered = {*ORDER} ^ {*CONTRACTS["root_packages"]}
    assert not unordered, f"{unordered}: in the layers of the first contract of pyproject.toml"
    exhaustive = [c for c in CONTRACTS["contracts"] if c.get("exhaustive")]
    assert all(set(c.get("exhaustive_ignores", ())) <= {"migrations"} for c in exhaustive)
    covered = [app for contract in exhaustive for app in contract["containers"]]
    unequal = set(covered) ^ {*CONTRACTS["root_packages"]}
    assert not unequal, f"{unequal}: in the containers of one contract of pyproject.toml"
    assert len(covered) == len(CONTRACTS["root_packages"])


def test_the_order_of_the_apps_is_told() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    told = re.findall(r"\w+", text.partition("```\n")[2].partition("```")[0])
    wanted = [app for app in reversed(ORDER) if app != "dev"]
    assert told == wanted, f"docs/architecture.md: {' < '.join(wanted)}"


def test_core_names_no_table_of_another_app() -> None:
    tables = {m._meta.db_table for m in apps.get_models() if m._meta.app_label != "core"}
    files = [*(ROOT / "core").rglob("*.py")]
    words = {file: set(re.findall(r"\w+", file.read_text())) for file in files}
    assert any("core_attemptcount" in found for found in words.values())
    assert {str(file): found & tables for file, found in words.items() if found & tables} == {}


def test_files_are_small() -> None:
    sizes = {str(f): len(f.read_text().splitlines()) for f in sources(*OURS, "config")}
    assert {name: size for name, size in sizes.items() if size > 300} == {}


def test_functions_are_small() -> None:
    found = lengths(sources(*OURS, "config"))
    assert max(found) <= 39


def test_tests_are_small() -> None:
    found = [
        (node.end_lineno or 0) - node.lineno + 1
        for file in sources("tests")
        for node in functions(file)
        if node.name.startswith("test_") and "story" not in file.parts
    ]
    assert max(found) <= 25


def test_nothing_is_imported_inside_functions() -> None:
    hidden = [
        f"{file}:{inner.lineno}"
        for file in sources(*OURS, "config", "tests")
        if INDENTED_IMPORT.search(file.read_text())
        for node in functions(file)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_hardly_anything_is_suppressed() -> None:
    here = Path(__file__)
    lines = [
        f"{file}: {line.strip()}"
        for file in sources(*OURS, "config", "tests")
        if file != here
        for line in file.read_text().splitlines()
        if SUPPRESSION.search(line)
    ]
    assert len(lines) < 8, lines  # two more stand in pyproject.toml


def test_row_locks_never_fight_foreign_keys() -> None:
    calls = [
        line
        for file in sources(*OURS)
        for line in re.findall(r"(?<!super\(\))\.select_for_update\([^)]*\)", file.read_text())
    ]
    assert calls
    assert [call for call in calls if "no_key=True" not in call] == []


def test_the_tenant_context_is_set_in_one_place_and_for_a_transaction_only() -> None:
    calls = {
        str(file.relative_to(ROOT)): re.findall(r"set_config\([^;]*?(true|false)\)", text)
        for file in sources(*OURS, "config")
        if "set_config" in (text := file.read_text())
    }
    assert set(calls) == {"core/context.py", "core/numbering.py"}
    assert {each for found in calls.values() for each in found} == {"true"}


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


def test_every_action_of_every_route_has_a_row() -> None:
    undeclared = [
        f"{method} {path}: enter {action!r} in action_permissions of"
        f" {view.cls.__module__}.{view.cls.__name__}"
        for path, view in routes(get_resolver().url_patterns)
        if issubclass(getattr(view, "cls", object), ServiceViewSet)
        for method, action in view.actions.items()
        if action not in view.cls.action_permissions
    ]
    assert not undeclared, "\n".join(undeclared)


def test_every_api_view_declares_who_may_come_in() -> None:
    open_by_default = [
        path
        for path, view in routes(get_resolver().url_patterns)
        if path.startswith("api/") and not hasattr(view, "cls")
    ]
    assert open_by_default == []


def test_every_model_has_an_admin() -> None:
    models = [m for m in apps.get_models() if m._meta.app_label in OURS]
    # What belongs to one row each is shown on that row's page.
    models = [m for m in models if m is not MailContent]
    missing = [m._meta.label for m in models if not admin.site.is_registered(m)]
    advice = "register a page in the app's admin, with a line in config/settings/admin.py"
    assert not missing, f"{missing}: {advice} and three rows in tests/admin/world.py"


def test_every_key_of_the_environment_is_explained() -> None:
    told = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert env.KEYS_READ - told == set()


def test_every_fact_of_our_log_lines_reaches_the_log() -> None:
    """The formatter leaves out what it does not know; a new fact is entered there."""
    used: set[str] = set()
    for file in sources(*OURS, "config"):
        for facts in re.findall(r"extra=\{(.+?)\}\)", file.read_text(), re.DOTALL):
            used |= set(re.findall(r'"(\w+)": ', facts))
    assert used == set(FACTS)


def test_what_tests_share_stands_in_the_index_and_nowhere_else() -> None:
    told = re.findall(r"^`(\w+)` ", support.__doc__ or "", re.MULTILINE)
    folder = ROOT / "tests/support"
    assert told == sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")
    beside = {file.stem for file in (ROOT / "tests").glob("*.py")} - {"__init__", "conftest"}
    assert [name for name in beside if not name.startswith("test_")] == []


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_openapi_document_is_up_to_date(tmp_path: Path) -> None:
    fresh = tmp_path / "api.yaml"
    call_command("spectacular", file=str(fresh), fail_on_warn=True)
    is_up_to_date = fresh.read_text() == (ROOT / "docs/api.yaml").read_text()
    assert is_up_to_date, "docs/api.yaml tells something else: run bin/schema"


def test_the_openapi_document_is_one() -> None:
    """As `--validate` finds out, whose validator takes seconds."""
    rules = Path(validation.__file__).with_name("openapi_3_1_schema.json")
    judge = validator_for(json.loads(rules.read_text()))
    assert loaded()["openapi"].startswith("3.1.")
    assert [flaw.message for flaw in judge.iter_errors(loaded())] == []
    assert not judge.is_valid(loaded() | {"paths": {"/api": {"get": {"responses": []}}}})


def tenant_links() -> list[tuple[str, str]]:
    """Every column by which one tenant row points to another."""
    tenant = [m for m in apps.get_models() if any(f.name == "workspace" for f in m._meta.fields)]
    return [
        (model._meta.db_table, field.column)
        for model in tenant
        for field in model._meta.fields
        if isinstance(field, ForeignKey) and field.related_model in tenant
    ]


@pytest.mark.parametrize(("table", "column"), tenant_links())
def test_a_tenant_row_points_into_its_own_workspace(db: None, table: str, column: str) -> None:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, table)
    foreign = [c["columns"] for c in constraints.values() if c["foreign_key"]]
    pairs = [columns for columns in foreign if column in columns and len(columns) == 2]
    wanted = f"SameWorkspace({table!r}, {column!r}, …) in the app's 0002_tenancy migration"
    assert pairs, wanted
    assert foreign.count([column]) == 0, f"db_constraint=False on the field, and {wanted}"


def test_the_runtime_role_is_neither_owner_nor_superuser(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, (SELECT count(*) FROM pg_tables"
            " WHERE tableowner = current_user) FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, 0)
