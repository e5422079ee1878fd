"""The rows of a run: what is asked for, and what has to hold of jobs and effects at the end."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = "CREATE TABLE faults_effect (job_id uuid, step int, process int)"
"""Without a constraint, so that an effect may be there twice."""
OWNERS = """
    INSERT INTO accounts_user (id, created_at, updated_at, version, password, is_superuser, email,
        name, avatar_url, time_zone, is_active, is_staff)
    SELECT gen_random_uuid(), now(), now(), 1, '!', false, gen_random_uuid() || '@faults.example',
        'Owner', '', 'UTC', true, false
    FROM generate_series(1, %s)
    RETURNING id
"""
JOBS = """
    INSERT INTO jobs_job (id, created_at, updated_at, version, owner_id, tenant_id, type, payload,
        idempotency_key, credential, state, done, sentence, attempts, failures, ending, seconds)
    SELECT gen_random_uuid(), now(), now(), 1, owner, owner, 'effect', %(payload)s::jsonb, '',
        jsonb_build_array('session', owner, '', '', ''), 'PENDING', 0, '', 0, 0, '', 0
    FROM (SELECT (%(owners)s::uuid[])[1 + n %% %(amount)s] AS owner
          FROM generate_series(1, %(jobs)s) n) AS asked
"""
WRONG = """
    WITH effects AS (
        SELECT job_id, count(*) AS rows, count(DISTINCT step) AS steps FROM faults_effect GROUP BY 1
    ), jobs AS (
        SELECT job.*, coalesce(rows, 0) AS rows, coalesce(effects.steps, 0) AS steps,
            (payload ->> 'steps')::int AS wanted, payload ->> 'how' AS how
        FROM jobs_job AS job LEFT JOIN effects ON job_id = job.id
    )
    SELECT concat_ws(' ', id, state, how, 'wanted', wanted, 'steps', steps, 'rows', rows,
        'attempts', attempts, 'failures', failures, 'error', error)
    FROM jobs WHERE claim IS NOT NULL OR failures <> 0 OR ending <> '' OR position IS NOT NULL
        OR state <> CASE WHEN how IS NULL THEN 'COMPLETED' ELSE 'FAILED' END
        OR state = 'COMPLETED' AND (rows <> wanted OR steps <> wanted OR error IS NOT NULL
            OR result <> jsonb_build_object('steps', wanted))
        OR state = 'FAILED' AND (rows <> 0 OR error IS NULL)
        OR attempts > %(most)s
    LIMIT 20
"""
"""I13: the effects of completed jobs, once each, and none of others; nobody has a job any more."""
FORGOTTEN = "SELECT count(*) FROM faults_effect WHERE job_id NOT IN (SELECT id FROM jobs_job)"


class Jobs:
    """The tables of the run, read past the walls of workspaces."""

    def __init__(self) -> None:
        role = unquote(urlsplit(os.environ["DATABASE_URL"]).username or "")
        grant = sql.SQL("GRANT SELECT, INSERT, DELETE ON faults_effect TO {}")
        with self._open() as connection:
            connection.execute(TABLE)
            connection.execute(grant.format(sql.Identifier(role)))

    @contextmanager
    def _open(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        direct, system = os.environ["DIRECT_URL"], "-c gantry.system=faults"
        with psycopg.connect(direct, autocommit=True, options=system) as connection:
            yield connection

    def ask(self, *, jobs: int, owners: int, payload: str) -> None:
        """Enter so many jobs, of new owners in turns."""
        with self._open() as connection:
            found = [row[0] for row in connection.execute(OWNERS, [owners]).fetchall()]
            values = {"owners": found, "amount": owners, "jobs": jobs, "payload": payload}
            connection.execute(JOBS, values)
            connection.execute("ANALYZE jobs_job")

    def unfinished(self) -> int:
        return self._number("SELECT count(*) FROM jobs_job WHERE finished_at IS NULL")

    def effects(self) -> int:
        return self._number("SELECT count(*) FROM faults_effect")

    def further_attempts(self) -> int:
        """How often a job was begun again."""
        return self._number("SELECT coalesce(sum(attempts - 1), 0) FROM jobs_job")

    def wrong(self, *, most_attempts: int) -> list[str]:
        """What does not hold, once all jobs have ended."""
        with self._open() as connection:
            rows = connection.execute(WRONG, {"most": most_attempts}).fetchall()
        left = self._number(FORGOTTEN)
        return [str(row[0]) for row in rows] + [f"{left} effects of no job"] * bool(left)

    def _number(self, statement: str) -> int:
        with self._open() as connection:
            [(number,)] = connection.execute(statement.encode()).fetchall()
        return int(str(number))
