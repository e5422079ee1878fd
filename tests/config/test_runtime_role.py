"""A program whose database role could pass the policies does not start."""

import os
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from config import local, programs
from config.processes import Command
from config.settings.databases import runtime
from core.checks import check_runtime_role, refuse_flawed_database
from tests.support.context import without_context
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs

POWERS = ("owns tables", "begins with a tenant context", "is a superuser", "has BYPASSRLS")
SENTENCE = "of DATABASE_URL {}. Row-level security does not hold for it."


def superuser_url(database: str) -> str:
    return urlsplit(os.environ["EMBEDDED_SUPERUSER_URL"])._replace(path=f"/{database}").geturl()


def powerful_url(database: CommittedDatabase, power: str) -> str:
    """The database as its owner, as a superuser, or as a role that has just this power."""
    if power == "owns tables":
        return database.direct_url
    if power == "begins with a tenant context":
        return f"{database.url}?options=-c%20gantry.system%3Danything"
    if power == "is a superuser":
        return superuser_url(database.name)
    with psycopg.connect(superuser_url(database.name), autocommit=True) as superuser:
        superuser.execute("DROP ROLE IF EXISTS gantry_test_bypass")
        secret = sql.Literal("bypass")
        superuser.execute(
            sql.SQL("CREATE ROLE gantry_test_bypass LOGIN BYPASSRLS PASSWORD {}").format(secret)
        )
    host = urlsplit(database.url).netloc.rpartition("@")[2]
    return f"postgres://gantry_test_bypass:bypass@{host}/{database.name}"


@pytest.mark.parametrize("power", POWERS)
def test_a_role_with_power_over_the_policies_is_refused(
    committed_db: CommittedDatabase, power: str
) -> None:
    with pytest.MonkeyPatch.context() as patch, without_context():
        patch.setenv("DB_POOLER", "1")  # or the address would lose its options
        patch.setenv("DATABASE_URL", powerful_url(committed_db, power))
        connection.close()
        for key, value in runtime(pooled=False).items():
            patch.setitem(connection.settings_dict, key, value)
        with pytest.raises(SystemExit, match=SENTENCE.format(power)):
            refuse_flawed_database()


def test_every_program_refuses_it(committed_db: CommittedDatabase, started: Programs) -> None:
    own = {"DATABASE_URL": committed_db.direct_url, "PORT": str(local.free_port())}
    running = [started.start(program(), **own) for program in programs.PROGRAMS.values()]
    assert [process.wait(60) > 0 for process in running] == [True] * 4
    assert started.log.read_text().count(SENTENCE.format("owns tables")) == 4


def test_the_check_for_deployments_says_the_same(
    committed_db: CommittedDatabase, started: Programs
) -> None:
    command = Command("check", programs.manage("check", "--database", "default"))
    url = powerful_url(committed_db, "owns tables")
    assert started.start(command, DATABASE_URL=url).wait(60) == 1
    assert SENTENCE.format("owns tables") in started.log.read_text()
    connection.close()
    with without_context():
        assert check_runtime_role(databases=["default"]) == []
    connection.close()
