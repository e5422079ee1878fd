"""A program whose database role could pass the policies does not start."""

import os
from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from config import local, programs
from config.processes import Command
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs

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


@pytest.mark.parametrize(
    ("program", "power"),
    [
        (programs.web, "is a superuser"),
        (programs.web, "has BYPASSRLS"),
        (programs.web, "owns tables"),
        (programs.relay, "begins with a tenant context"),
        (programs.worker, "owns tables"),
        (programs.beat, "owns tables"),
        (programs.relay, "owns tables"),
    ],
)
def test_a_role_with_power_over_the_walls_is_refused(
    committed_db: CommittedDatabase, started: Programs, program: Callable[[], Command], power: str
) -> None:
    url = powerful_url(committed_db, power)
    command = program()
    process = started.start(command, DATABASE_URL=url, DB_POOLER="1", PORT=str(local.free_port()))
    assert process.wait(60) > 0
    assert SENTENCE.format(power) in started.log.read_text()


def test_the_check_for_deployments_says_the_same(
    committed_db: CommittedDatabase, started: Programs
) -> None:
    command = Command("check", programs.manage("check", "--database", "default"))
    url = powerful_url(committed_db, "owns tables")
    assert started.start(command, DATABASE_URL=url).wait(60) == 1
    assert SENTENCE.format("owns tables") in started.log.read_text()
    assert started.start(command).wait(60) == 0
