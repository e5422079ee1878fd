"""A program whose database role could pass the policies does not start."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from psycopg import sql

from accounts.models import User
from config import local, programs
from config.settings.databases import runtime
from core.checks import check_runtime_role, refuse_flawed_database
from tests.config.production import in_public
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
    url = powerful_url(committed_db, power)
    sentence = SENTENCE.format(power)
    with connected_as(url), without_context(), pytest.raises(SystemExit, match=sentence):
        refuse_flawed_database()


def test_every_program_of_a_public_server_refuses_it_and_the_demo_at_once(
    committed_db: CommittedDatabase, started: Programs
) -> None:
    admin = User.objects.create_user("admin@example.com", "gantry-demo")
    EmailAddress.objects.create(user=admin, email=admin.email, verified=True)
    own = in_public(DATABASE_URL=committed_db.direct_url, PORT=str(local.free_port()))
    running = [started.start(program(), **own) for program in programs.PROGRAMS.values()]
    assert [process.wait(60) > 0 for process in running] == [True] * len(programs.PROGRAMS)
    told = started.log.read_text()
    assert told.count(SENTENCE.format("owns tables")) == len(running)
    assert told.count("1 people of the demo can sign in") == len(running)


def test_the_check_for_deployments_says_the_same(committed_db: CommittedDatabase) -> None:
    url = powerful_url(committed_db, "owns tables")
    sentence = SENTENCE.format("owns tables")
    with connected_as(url), without_context(), pytest.raises(SystemCheckError, match=sentence):
        call_command("check", "--database", "default")
    with without_context():
        assert check_runtime_role(databases=["default"]) == []
    connection.close()


@contextmanager
def connected_as(url: str) -> Iterator[None]:
    """Reach the database by this address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DB_POOLER", "1")  # or the address would lose its options
        patch.setenv("DATABASE_URL", url)
        connection.close()
        for key, value in runtime(pooled=False).items():
            patch.setitem(connection.settings_dict, key, value)
        yield
    connection.close()
