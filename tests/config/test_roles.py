"""`docker/roles.sql` makes two roles and a database, whichever way it gets their passwords."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from config import env
from dev.server import binaries
from tests.support.own_postgres import OwnPostgres

OWNER, APP = "own@er /'# %:+\\$HOME", 'ap"p@ / : # % ?'
SUPERUSER = "superuser"


@pytest.fixture
def fresh() -> Iterator[OwnPostgres]:
    with TemporaryDirectory(prefix="gantry-roles-") as name:
        server = OwnPostgres(Path(name), SUPERUSER)
        server.start()
        yield server
        server.close()


def run(server: OwnPostgres, *variables: str, **further: str) -> subprocess.CompletedProcess[str]:
    psql = str(binaries.postgres_programs() / "psql")
    script = str(env.ROOT / "docker/roles.sql")
    arguments = [part for variable in variables for part in ("-v", variable)]
    return subprocess.run(
        [psql, server.url("postgres", "postgres"), "-X", *arguments, "-f", script],
        env={"PATH": os.environ["PATH"], **further},
        capture_output=True,
        text=True,
        check=False,
    )


def signed_in_as(server: OwnPostgres, role: str, password: str) -> str:
    with psycopg.connect(
        host="127.0.0.1", port=server.port, user=role, password=password, dbname="gantry"
    ) as connection:
        question = (
            "SELECT concat_ws(' ', current_user, rolsuper, rolbypassrls, datdba = r.oid)"
            " FROM pg_roles r, pg_database WHERE rolname = current_user AND datname = 'gantry'"
        )
        [answer] = connection.execute(question).fetchone() or ("",)
        return str(answer)


def check_roles(server: OwnPostgres, done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    assert signed_in_as(server, "gantry_owner", OWNER) == "gantry_owner f f t"
    assert signed_in_as(server, "gantry_app", APP) == "gantry_app f f f"


def test_the_passwords_are_variables_or_stand_in_the_environment(fresh: OwnPostgres) -> None:
    done = run(fresh, f"owner_password={OWNER}")
    assert done.returncode != 0
    assert "Name both passwords: psql -v owner_password" in done.stderr
    with psycopg.connect(fresh.url("postgres", "postgres"), autocommit=True) as superuser:
        question = "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'gantry%'"
        assert superuser.execute(question).fetchone() == (0,)

        check_roles(fresh, run(fresh, OWNER_PASSWORD=OWNER, APP_PASSWORD=APP))
        for made in ("DATABASE gantry", "ROLE gantry_app", "ROLE gantry_owner"):
            superuser.execute(f"DROP {made}")
    given = (f"owner_password={OWNER}", f"app_password={APP}")
    check_roles(fresh, run(fresh, *given, OWNER_PASSWORD="other"))
