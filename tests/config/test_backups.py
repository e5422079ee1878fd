"""The commands of docs/deploy.md keep every row, and bring it back with its policies and rights."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from config import env
from dev.server import binaries
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase

DOCUMENTED = "postgres://gantry_owner@db.example.com:5432/gantry"
PROTECTION = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relacl::text, r.rolname,
    (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid),
    (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
    FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'S') ORDER BY 1
"""
FUNCTIONS = """
    SELECT p.proname, p.prosecdef, p.proacl::text FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace ORDER BY 1
"""


@pytest.fixture
def restored(committed_db: CommittedDatabase) -> Iterator[str]:
    """The address of an empty database, as its owner."""
    name = f"{committed_db.name}_restored"
    with psycopg.connect(committed_db.direct_url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlsplit(committed_db.direct_url)._replace(path=f"/{name}").geturl()
        owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def commands() -> list[str]:
    section = (env.ROOT / "docs/deploy.md").read_text().split("\n## Backups\n")[1].split("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def run(folder: Path, command: str) -> None:
    path = f"{binaries.postgres_programs()}:{os.environ['PATH']}"
    subprocess.run(["/bin/sh", "-euc", command], cwd=folder, env={"PATH": path}, check=True)


def content(address: str) -> list[tuple[str, int, str]]:
    """Of every table its name, and a digest of its rows."""
    found = []
    with psycopg.connect(address, options="-c gantry.system=test") as owner:
        names = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY (%s) ORDER BY 2"
        schemas = ["public", "gantry_private"]
        for schema, name in owner.execute(names, [schemas]).fetchall():
            digest = "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
            row = owner.execute(sql.SQL(digest).format(sql.Identifier(schema, name))).fetchone()
            found.append((name, *(row or ())))
    return found


def protection(address: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address) as owner:
        return [*owner.execute(PROTECTION).fetchall(), *owner.execute(FUNCTIONS).fetchall()]


def test_a_backup_brings_everything_back(
    committed_db: CommittedDatabase, cast: Cast, restored: str, tmp_path: Path
) -> None:
    dump, restore = commands()
    run(tmp_path, dump.replace(DOCUMENTED, committed_db.direct_url))
    restore, migrate = restore.splitlines()
    run(tmp_path, restore.replace(DOCUMENTED, restored))
    assert migrate == ".venv/bin/python manage.py migrate"

    kept = content(committed_db.direct_url)
    assert {"workspaces_membership", "projects_project"} <= {name for name, rows, _ in kept if rows}
    assert content(restored) == kept
    assert protection(restored) == protection(committed_db.direct_url)
