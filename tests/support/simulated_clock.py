"""A clock of PostgreSQL's that a test sets: what Django's `Now()` is for one transaction."""

from collections.abc import Iterator
from datetime import datetime

import psycopg
import pytest
from django.db import connection, connections

SHADOW = """
CREATE SCHEMA simulated;
GRANT USAGE ON SCHEMA simulated TO PUBLIC;
CREATE FUNCTION simulated.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql
    AS $$ SELECT current_setting('gantry.test_clock')::timestamptz $$
"""


@pytest.fixture
def simulated_clock() -> Iterator[None]:
    """The function that `Clock` puts in front of PostgreSQL's own, made by the owner."""
    known = connections["direct"].settings_dict
    address = {name.lower(): known[name] for name in ("HOST", "PORT", "USER", "PASSWORD")}
    database = connection.settings_dict["NAME"]
    with psycopg.connect(dbname=database, autocommit=True, **address) as owner:
        owner.execute("DROP SCHEMA IF EXISTS simulated CASCADE")
        owner.execute(SHADOW)
        yield
        owner.execute("SET lock_timeout = '5s'")
        owner.execute("DROP SCHEMA simulated CASCADE")


class Clock:
    """Shows `now` until the transaction ends; statements prepared before are planned again."""

    def __init__(self, now: datetime) -> None:
        with connection.cursor() as cursor:
            # Found first, because pg_catalog is named, and after it.
            cursor.execute("SET LOCAL search_path = simulated, public, pg_catalog")
        self.set(now)

    def set(self, now: datetime) -> None:
        self.now = now
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('gantry.test_clock', %s, true)", [now.isoformat()])
