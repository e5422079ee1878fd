"""Rows of the audit as a superuser writes them, past triggers, privileges and policies."""

import os
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import CommandError, call_command

from tests.support.databases import CommittedDatabase

PAST_TRIGGERS = "-c session_replication_role=replica"
TABLES = ("audit_auditentry", "audit_audithead")
ENTRY = "number = %s AND workspace_id = %s"
REHASH = f"UPDATE audit_auditentry AS entry SET hash = audit_hash(entry) WHERE {ENTRY}"
INSERT = """
    INSERT INTO audit_auditentry (id, created_at, workspace_id, number, actor_id, via, reason,
        action, entity, entity_id, details, request_id, previous, hash)
    SELECT gen_random_uuid(), created_at, workspace_id, {}, actor_id, via, reason,
        action, entity, entity_id, details, request_id, {}, ''
    FROM audit_auditentry WHERE number = %s AND workspace_id = %s
"""


def forge(database: CommittedDatabase, *statements: tuple[str, tuple[Any, ...]]) -> None:
    with as_superuser(database) as superuser:
        for statement, values in statements:
            assert superuser.execute(statement, values).rowcount > 0


def keep(database: CommittedDatabase) -> None:
    """Copy the tables as they are now."""
    with as_superuser(database) as superuser:
        for table in TABLES:
            superuser.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")


def put_back(database: CommittedDatabase) -> None:
    """Make the tables what they were when they were kept."""
    with as_superuser(database) as superuser:
        for table in TABLES:
            superuser.execute(f"DELETE FROM {table}")
            superuser.execute(f"INSERT INTO {table} TABLE kept_{table}")


def as_superuser(database: CommittedDatabase) -> psycopg.Connection[Any]:
    """A connection that ends with its transaction."""
    cluster = urlsplit(os.environ["EMBEDDED_SUPERUSER_URL"])
    url = cluster._replace(path=urlsplit(database.url).path).geturl()
    return psycopg.connect(url, options=PAST_TRIGGERS)


def refusal(*arguments: Any) -> str:
    """What `manage.py audit verify` says, which does not end well."""
    with pytest.raises(CommandError) as refused:
        call_command("audit", "verify", *map(str, arguments))
    assert refused.value.returncode == 1
    return str(refused.value)
